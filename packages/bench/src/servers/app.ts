import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { spawnGuarded } from '@watchpost/standalone/processes/guarded';
import { endProcess, freePort, hasEnded, untilAnswering } from './server.ts';

export interface App {
  port: number;
  /** Its address (usually http://127.0.0.1) with the port. */
  url: string;
  /** Everything that it has logged so far. */
  log: () => string;
  /** Sends a signal (default SIGTERM) and resolves with the exit code. */
  stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  /** Starts it again on the same port. */
  restart: () => Promise<void>;
  child: () => ChildProcess;
}

export interface AppOptions {
  /** When it counts as started: when it is ready for work (the default), when it answers requests, or at once. */
  until?: 'ready' | 'live' | 'spawned';
  /** Another main file. Default: the app's own. */
  main?: string;
  /** Another machine than this one: how a command line for it begins, and its address. */
  on?: { prefix: readonly string[]; address: string };
}

const mains = {
  ingest: import.meta.resolve('@watchpost/ingest/main'),
  worker: import.meta.resolve('@watchpost/worker/main'),
  feed: import.meta.resolve('@watchpost/feed/main'),
  console: import.meta.resolve('@watchpost/console/main'),
};
const portVariables = { ingest: 'PORT', worker: 'WORKER_PORT', feed: 'FEED_PORT', console: 'CONSOLE_PORT' } as const;

/** The built process of an app, as it runs in production. `env` is all of its environment besides the port. It ends with this process. */
export async function startApp(name: keyof typeof mains, env: Record<string, string>, options: AppOptions = {}): Promise<App> {
  const { until = 'ready', main = fileURLToPath(mains[name]), on = { prefix: [], address: '127.0.0.1' } } = options;
  const port = await freePort();
  const url = `http://${on.address}:${String(port)}`;
  const full = { HOST: '127.0.0.1', ...env, [portVariables[name]]: String(port) };
  let output = '';
  let child: ChildProcess;
  const kill = async (): Promise<unknown> => endProcess(child, 'SIGKILL');
  const start = async (): Promise<void> => {
    child = spawnGuarded([...on.prefix, process.execPath, main], { env: full });
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
    if (until === 'spawned') return;
    await untilAnswering(
      () => (hasEnded(child) ? output : undefined),
      async () => {
        const { status } = await fetch(`${url}/health/${until}`);
        if (until === 'ready' && status !== 200) throw new Error(`${name} is not ready`);
      },
    );
  };
  try {
    await start();
  } catch (error) {
    // Nobody else could stop it.
    await kill();
    throw error;
  }
  return {
    port,
    url,
    log: () => output,
    stop: async (signal = 'SIGTERM') => endProcess(child, signal),
    restart: start,
    child: () => child,
  };
}
