import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pause } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';

/** Something that the bench started and must end. */
export interface Started {
  url: string;
  stop(): Promise<void>;
}

/** A Redis of the bench's own, as production should have it: append-only file written each second, no eviction. */
export async function startRedis(): Promise<Started> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'watchpost-bench-'));
  const options = { port, dir, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync: 'everysec', 'maxmemory-policy': 'noeviction' };
  const child = spawn(
    'redis-server',
    Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    { stdio: 'ignore' },
  );
  await Promise.race([
    once(child, 'spawn'),
    once(child, 'error').then(() => {
      throw new AppError('config-invalid', 'no redis-server on the PATH: name a queue with --queue URL');
    }),
  ]);
  return {
    url: `redis://127.0.0.1:${port}`,
    stop: async () => {
      await end(child);
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** As much of Slack as ingest asks for. */
export async function startSlack(): Promise<Started> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"ok":true,"user_id":"U0WATCH","bot_id":"B0WATCH"}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/api/`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Ingest under a supervisor that starts it again as soon as it is killed. */
export interface SupervisedIngest extends Started {
  /** `kill -9`. */
  kill(): void;
}

export async function startIngest(env: Record<string, string>, signal: AbortSignal): Promise<SupervisedIngest> {
  const port = await freePort();
  const main = fileURLToPath(import.meta.resolve('@watchpost/ingest/main'));
  let stopped = false;
  let child: ChildProcess;
  const run = (): void => {
    child = spawn(process.execPath, [main], {
      env: { ...env, PORT: String(port), HOST: '127.0.0.1', LOG_LEVEL: 'error' },
      stdio: 'ignore',
    });
    child.once('exit', () => {
      if (!stopped) run();
    });
  };
  run();
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const ready = await fetch(`${url}/health/ready`).catch(() => undefined);
    if (ready?.ok) break;
    await pause(50, signal);
  }
  return {
    url,
    kill: () => void child.kill('SIGKILL'),
    stop: async () => {
      stopped = true;
      await end(child);
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
