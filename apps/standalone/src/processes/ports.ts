import { createServer } from 'node:net';
import { AppError } from '@watchpost/shared/errors';
import { listenError } from '@watchpost/shared/process/listen-error';
import { pause } from '@watchpost/shared/wait';
import { askHealth, isStopping } from './ask-health.ts';

const portsTried = 200;
/** Between two looks at a process that stops; the time for its answer; and for it to notice that its launcher was killed. Milliseconds. */
const stopping = { everyMs: 250, answerMs: 1_000, noticeMs: 1_000 };

/** Where to listen, for `PORT` or `WORKER_PORT`. */
export interface Place {
  port: number;
  host?: string | undefined;
  /** The variable that sets the port, for errors. */
  variable: string;
}

/**
 * Resolves if something can listen there. Waits where a process of ours listens that says that it is stopping: after a launcher was
 * killed its worker may still finish a job; `onWait` is called once then. Rejects with `port-in-use`, `port-forbidden`,
 * `host-unavailable` or `aborted`.
 */
export async function ensureFree(
  { port, host, variable }: Place,
  onWait: () => void = () => undefined,
  signal: AbortSignal = new AbortController().signal,
): Promise<void> {
  const health = { host: host ?? '0.0.0.0', port };
  const noticedByMs = performance.now() + stopping.noticeMs;
  for (let waited = false, wasStopping = false; ; await pause(stopping.everyMs, signal)) {
    const error = await tryToListen(port, host);
    if (!error) return;
    const stops = error.code === 'EADDRINUSE' && isStopping(await askHealth(health, '/health/ready', stopping.answerMs));
    // One that has just been stopping may have ended between the two questions.
    if (!stops && !wasStopping && (error.code !== 'EADDRINUSE' || performance.now() >= noticedByMs))
      throw listenError(error, port, variable, host);
    if (stops && !waited) onWait();
    waited ||= stops;
    wasStopping = stops;
  }
}

/** The first free port from `first` on. Rejects with `port-in-use` if the next 200 are taken, else as `ensureFree` does. */
export async function freePortFrom(first: number, host?: string): Promise<number> {
  for (let port = first; port < first + portsTried; port += 1) {
    const error = await tryToListen(port, host);
    if (!error) return port;
    if (error.code !== 'EADDRINUSE') throw listenError(error, port, 'PORT', host);
  }
  throw new AppError('port-in-use', `no port from ${String(first)} to ${String(first + portsTried - 1)} is free`);
}

/** A free port that the system chooses, so that two processes do not choose the same one. Rejects as `ensureFree` does. */
export async function anyFreePort(host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(listenError(error, 0, 'PORT', host)));
    server.listen(0, host, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address) resolve(address.port);
        else reject(new AppError('port-in-use', 'the system has no free port'));
      });
    });
  });
}

async function tryToListen(port: number, host?: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => {
      server.close(() => resolve(undefined));
    });
  });
}
