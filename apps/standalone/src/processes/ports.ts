import { createServer } from 'node:net';
import { AppError } from '@watchpost/shared/errors';
import { listenError } from '@watchpost/shared/process/health';
import { pause } from '@watchpost/shared/wait';
import { askHealth, saysItIsStopping } from './ask-health.ts';

const portsTried = 200;

/** Where to listen, for `PORT` or `WORKER_PORT`. */
export interface Place {
  port: number;
  host?: string | undefined;
  /** The variable that sets the port, for errors. */
  variable: string;
}

/** Resolves if something can listen there. Rejects with `port-in-use`, `port-forbidden` or `host-unavailable`. */
export async function ensureFree({ port, host, variable }: Place): Promise<void> {
  const error = await tryToListen(port, host);
  if (error) throw listenError(error, port, variable, host);
}

/** One whose launcher was killed is told so at once, which may take a moment on a busy machine. Milliseconds. */
const noticeMs = 1_000;
const askEveryMs = 200;

export interface UntilFreeOptions {
  withinMs: number;
  /** Called once, if it takes longer than a moment. */
  onWait: () => void;
}

/**
 * As `ensureFree`, but waits for a process of ours that is stopping: when a launcher is killed, its processes finish what they are doing
 * first. Also rejects with `aborted`.
 */
export async function untilFree(place: Place, { withinMs, onWait }: UntilFreeOptions, signal: AbortSignal): Promise<void> {
  const { port, host = '127.0.0.1' } = place;
  let isWaiting = false;
  for (const startedAtMs = Date.now(); ; await pause(askEveryMs, signal)) {
    try {
      return await ensureFree(place);
    } catch (error) {
      if (!(error instanceof AppError && error.code === 'port-in-use')) throw error;
      const elapsedMs = Date.now() - startedAtMs;
      const isOver = async (): Promise<boolean> =>
        elapsedMs > withinMs || !saysItIsStopping(await askHealth({ host, port }, '/health/ready', 1_000));
      if (elapsedMs <= noticeMs) continue;
      if (await isOver()) throw error;
      if (!isWaiting) onWait();
      isWaiting = true;
    }
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
