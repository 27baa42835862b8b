import { backoffMs } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';

export interface KeepRunningOptions {
  name: string;
  /** Resolves with the last lines that the process wrote when it has ended. */
  ended: () => Promise<string[]>;
  /** Starts it again. A rejection counts as one more failure. */
  start: () => Promise<void>;
  /** Something that an operator should know. */
  say: (text: string) => void;
  /** Failures in a row, without a steady run between them, after which to give up. Default: never. */
  maxFailures?: number;
}

/** After this time a restart counts as a success. */
const steadyMs = 60_000;
const backoff = { firstMs: 500, maxMs: 30_000 };

/**
 * Starts a process again, with growing pauses, whenever it ends, until `signal` aborts. Resolves with the last words of a process that
 * keeps ending, or with undefined after an abort.
 */
export async function keepRunning(
  { name, ended, start, say, maxFailures = Infinity }: KeepRunningOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  let failures = 0;
  let startedAtMs = Date.now();
  let lines = await ended();
  while (!signal.aborted) {
    failures = Date.now() - startedAtMs > steadyMs ? 1 : failures + 1;
    if (failures > maxFailures) return lines.join('\n');
    const pauseMs = backoffMs(failures, backoff);
    say(`${name} ended unexpectedly; starting it again in ${String(pauseMs / 1_000)} s`);
    await pause(pauseMs, signal).catch(() => undefined);
    if (signal.aborted) return undefined;
    try {
      await start();
      startedAtMs = Date.now();
      lines = await ended();
    } catch (error) {
      // However long it took, it was no steady run.
      startedAtMs = Date.now();
      lines = [error instanceof Error ? error.message : String(error)];
    }
  }
  return undefined;
}
