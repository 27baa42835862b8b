import { type ChildProcess, spawn } from 'node:child_process';
import { get } from 'node:http';
import { createInterface } from 'node:readline';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { keepRunning } from './keep-running.ts';

export interface SupervisedOptions {
  name: string;
  /** Compiled main file. */
  file: string;
  env: NodeJS.ProcessEnv;
  /** Answers 200 once the process is ready for work. */
  readyUrl: string;
  /** A line that the process wrote. */
  onLine: (name: string, line: string) => void;
  /** Something that an operator should know. */
  say: (text: string) => void;
  /** It keeps ending and is not started again. */
  onGivenUp: (error: AppError) => void;
}

export interface Supervised {
  /** Resolves when it is ready for the first time. Rejects with `process-failed` and its last lines when it ends before that. */
  ready: Promise<void>;
  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when it has ended. */
  stop(graceMs: number): Promise<void>;
  /** A second SIGTERM: work that still runs is aborted. */
  abort(): void;
}

const maxFailures = 10;
const keptLines = 20;

/**
 * Runs a Node process and restarts it when it ends without being stopped. It has a process group of its own, so Ctrl-C reaches it
 * through us, in order. If we are killed, the broken IPC channel tells it to stop.
 */
export function supervise(options: SupervisedOptions): Supervised {
  const { name, say } = options;
  const stopping = new AbortController();
  const signal = stopping.signal;
  let child: ChildProcess | undefined;
  let exited: Promise<string[]> = Promise.resolve([]);

  const start = (): void => {
    const started = run(options);
    child = started.child;
    exited = started.exited;
  };

  const firstReady = async (): Promise<void> => {
    start();
    const failed = exited.then((lines) => {
      throw new AppError('process-failed', `${name} did not start:\n${lines.join('\n')}`);
    });
    await Promise.race([failed, untilReady(options, signal)]);
    failed.catch(() => undefined);
    void keepRunning({ name, say, maxFailures, start: async () => start(), ended: async () => exited }, signal).then((lastWords) => {
      if (lastWords !== undefined) options.onGivenUp(new AppError('process-failed', `${name} keeps ending:\n${lastWords}`));
    });
  };

  const ready = firstReady();
  // A stop before it is ready does not wait for this.
  ready.catch(() => undefined);
  return {
    ready,
    stop: async (graceMs) => {
      stopping.abort();
      child?.kill('SIGTERM');
      const timer = setTimeout(() => {
        say(`${name} did not stop within ${String(graceMs / 1_000)} s: killed`);
        child?.kill('SIGKILL');
      }, graceMs);
      await exited;
      clearTimeout(timer);
    },
    abort: () => void child?.kill('SIGTERM'),
  };
}

function run({ name, file, env, onLine }: SupervisedOptions): { child: ChildProcess; exited: Promise<string[]> } {
  const child = spawn(process.execPath, [file], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], detached: true });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface(stream).on('line', (line) => {
      lines.push(line);
      if (lines.length > keptLines) lines.shift();
      onLine(name, line);
    });
  }
  const exited = new Promise<string[]>((resolve) => {
    child.once('error', (error) => {
      resolve([error.message]);
    });
    child.once('close', () => {
      resolve(lines);
    });
  });
  return { child, exited };
}

async function untilReady({ readyUrl, name, say }: SupervisedOptions, signal: AbortSignal): Promise<void> {
  const startedAtMs = Date.now();
  let saidAtMs = startedAtMs;
  while (!signal.aborted) {
    if (await answersOk(readyUrl)) return;
    if (Date.now() - saidAtMs > 5_000) {
      saidAtMs = Date.now();
      say(`${name} is still warming up (${String(Math.round((saidAtMs - startedAtMs) / 1_000))} s)`);
    }
    await pause(200, signal).catch(() => undefined);
  }
}

/** On a connection of its own: a kept-alive one would delay the process when it stops. */
async function answersOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { agent: false, timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => {
      resolve(false);
    });
  });
}
