import { spawn, type ChildProcess } from 'node:child_process';
import { fromRoot } from './root.ts';
import { freePort } from './services.ts';
import { until } from './until.ts';

export interface RunningProcess {
  port: number;
  /** Everything it has logged so far. */
  log(): string;
  /** Sends a signal and resolves with the exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
  child: ChildProcess;
}

/** The built process of an app, as it runs in production, once it says that it is ready. */
export async function startApp(app: 'ingest' | 'worker', env: Record<string, string>, { ready = true } = {}): Promise<RunningProcess> {
  const port = await freePort();
  const child = spawn(process.execPath, [fromRoot(`apps/${app}/dist/main.js`)], {
    env: { PATH: process.env['PATH'] ?? '', ...env, [app === 'ingest' ? 'PORT' : 'WORKER_PORT']: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const running: RunningProcess = {
    port,
    child,
    log: () => output,
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      return exited;
    },
  };
  if (ready) {
    await until(
      `${app} is ready`,
      async () => {
        if (child.exitCode !== null) throw new Error(`${app} ended with ${child.exitCode}:\n${output}`);
        return isOk(`http://127.0.0.1:${port}/health/ready`);
      },
      90_000,
    );
  }
  return running;
}

async function isOk(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}
