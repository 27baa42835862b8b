import { AppError } from './errors.ts';
import { pause } from './wait.ts';

/** Exponential backoff: `firstMs`, then twice as long each time, at most `maxMs`. Milliseconds. */
export interface Backoff {
  firstMs: number;
  maxMs: number;
}

/** How long to wait after `failures` consecutive failures (at least 1). Pure. */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(firstMs * 2 ** (failures - 1), maxMs);
}

export interface RetryOptions {
  backoff: Backoff;
  /** Called for each failure that is retried, before the wait. */
  onRetry: (error: unknown, next: { failures: number; waitMs: number }) => void;
  /** False for errors that another attempt cannot help: they are rethrown. Default: all are retried. */
  retryIf?: (error: unknown) => boolean;
}

/**
 * Runs `work` until it succeeds. Waits as `backoff` says, or as long as the other side asked (an AppError's `retryAfterMs`) if that
 * is longer. Rejects with `work`'s error if `retryIf` is false or `signal` has aborted, and with `aborted` if it aborts during a wait.
 */
export async function retry<T>(
  work: () => Promise<T>,
  { backoff, onRetry, retryIf = () => true }: RetryOptions,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await work();
    } catch (error) {
      if (signal.aborted || !retryIf(error)) throw error;
      const asked = error instanceof AppError ? (error.retryAfterMs ?? 0) : 0;
      const waitMs = Math.max(backoffMs(failures, backoff), asked);
      onRetry(error, { failures, waitMs });
      await pause(waitMs, signal);
    }
  }
}
