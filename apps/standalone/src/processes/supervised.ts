import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { askHealth, type Target, waitsFor } from './ask-health.ts';
import { lastWords } from './child-lines.ts';
import { spawnGuarded } from './guarded.ts';
import { keepRunning } from './keep-running.ts';

export interface SupervisedOptions {
  name: string;
  /** Compiled main file. */
  file: string;
  env: NodeJS.ProcessEnv;
  /** From SIGTERM, or from our own end, to SIGKILL. Milliseconds. */
  graceMs: number;
  /** Where it serves its health. */
  health: Target;
  /** A line that the process wrote. */
  onLine: (name: string, line: string) => void;
  /** Something that an operator should know. */
  say: (text: string) => void;
  /** It keeps ending and is not started again. */
  onGivenUp: (error: AppError) => void;
  /** Default: `liveness`. */
  liveness?: Liveness;
}

/** When a process counts as hung, and what follows. */
export interface Liveness {
  /** Between two questions, and the time for an answer. Milliseconds. */
  everyMs: number;
  /** Questions in a row without a good answer. */
  misses: number;
  /** From SIGTERM to SIGKILL. Milliseconds. */
  killAfterMs: number;
}

/** Of a process under load: it answers late, but within these 30 s. */
const defaultLiveness: Liveness = { everyMs: 5_000, misses: 3, killAfterMs: 10_000 };

export interface Supervised {
  /**
   * Resolves with true when it is ready for the first time, with false when it is stopped before that. Rejects with `process-failed` and
   * its last lines when it ends before it is ready.
   */
  ready: Promise<boolean>;
  /** SIGTERM, and SIGKILL after `graceMs`. Resolves when it has ended. */
  stop(): Promise<void>;
  /** A second SIGTERM: work that still runs is aborted. */
  abort(): void;
}

const maxFailures = 10;
const keptLines = 20;
const readyTimeoutMs = 2_000;
/** Between two messages about a process that is not ready: where they differ, and where they do not. */
const sayAfterMs = { new: 5_000, same: 30_000 };

interface Running {
  child: ChildProcess;
  exited: Promise<string[]>;
}

/**
 * Runs a Node process, and starts it again when it ends without being stopped, or hangs. It has a process group of its own, so Ctrl-C
 * reaches it through us, in order. If we are killed, the broken IPC channel tells it to stop, and a guardian kills it where it does not, because it hangs.
 */
export function supervise(options: SupervisedOptions): Supervised {
  const { name, say, graceMs } = options;
  const stopping = new AbortController();
  const signal = stopping.signal;
  let running: Running | undefined;

  const start = (): Running => {
    running = run(options);
    void endIfHung(running, options, signal);
    return running;
  };

  const firstReady = async (): Promise<boolean> => {
    const { exited } = start();
    const failed = exited.then((lines) => {
      if (signal.aborted) return false;
      throw new AppError('process-failed', `${name} did not start:\n${lastWords(lines)}`);
    });
    const isReady = await Promise.race([failed, untilReady(options, signal)]);
    failed.catch(() => undefined);
    if (!isReady) return false;
    const ended = async (): Promise<string[]> => running?.exited ?? [];
    void keepRunning({ name, say, maxFailures, start: async () => void start(), ended }, signal).then((words) => {
      if (words !== undefined) options.onGivenUp(new AppError('process-failed', `${name} keeps ending:\n${lastWords(words.split('\n'))}`));
    });
    return true;
  };

  const ready = firstReady();
  // A stop before it is ready does not wait for this.
  ready.catch(() => undefined);
  return {
    ready,
    stop: async () => {
      stopping.abort();
      running?.child.kill('SIGTERM');
      const timer = setTimeout(() => {
        say(`${name} did not stop within ${String(graceMs / 1_000)} s: killed`);
        running?.child.kill('SIGKILL');
      }, graceMs);
      await running?.exited;
      clearTimeout(timer);
    },
    abort: () => void running?.child.kill('SIGTERM'),
  };
}

function run({ name, file, env, graceMs, onLine }: SupervisedOptions): Running {
  const child = spawnGuarded([process.execPath, file], { env, ipc: true, killAfterMs: graceMs });
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

/** Ends a process that has answered once and then does not answer for a while, or says that a restart would help. */
async function endIfHung(
  { child, exited }: Running,
  { name, health, say, liveness = defaultLiveness }: SupervisedOptions,
  stopping: AbortSignal,
): Promise<void> {
  const ended = new AbortController();
  void exited.then(() => ended.abort());
  const signal = AbortSignal.any([stopping, ended.signal]);
  const { everyMs, misses, killAfterMs } = liveness;
  let missed: number | undefined;
  let why = '';
  while (missed === undefined || missed < misses) {
    await pause(everyMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    const answer = await askHealth(health, '/health/live', everyMs);
    if (answer?.status === 200) missed = 0;
    else if (missed !== undefined) missed += 1;
    why = answer ? 'says that it is stuck' : 'does not answer';
  }
  if (signal.aborted) return;
  say(`${name} ${why}: ending it`);
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  await exited;
  clearTimeout(timer);
}

/** Resolves with false after an abort. */
async function untilReady({ health, name, say }: SupervisedOptions, signal: AbortSignal): Promise<boolean> {
  const startedAtMs = Date.now();
  let said = { text: '', atMs: startedAtMs };
  while (!signal.aborted) {
    const answer = await askHealth(health, '/health/ready', readyTimeoutMs);
    if (signal.aborted) return false;
    if (answer?.status === 200) return true;
    const text = waitsFor(answer);
    const nowMs = Date.now();
    if (nowMs - said.atMs >= (text === said.text ? sayAfterMs.same : sayAfterMs.new)) {
      said = { text, atMs: nowMs };
      say(`${name} is not ready yet (${String(Math.round((nowMs - startedAtMs) / 1_000))} s): ${text}`);
    }
    await pause(200, signal).catch(() => undefined);
  }
  return false;
}
