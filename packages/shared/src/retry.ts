import { AppError } from './errors.ts';
import { pause } from './wait.ts';

/** Exponential backoff: `firstMs`, then twice as long each time, at most `maxMs`. Milliseconds. */
export interface Backoff {
  firstMs: number;
  maxMs: number;
}

/** The wait after so many failures in a row, from 1. Pure. */
export function backoffMs(failures: number, { firstMs, maxMs }: Backoff): number {
  return Math.min(firstMs * 2 ** (failures - 1), maxMs);
}

export interface RetryOptions {
  backoff: Backoff;
  /** Told of each failure that is retried, before the wait. */
  onRetry: (error: unknown, next: { failures: number; waitMs: number }) => void;
  /** Errors for which another try is pointless are rethrown. Default: all are retried. */
  retryIf?: (error: unknown) => boolean;
}

/**
 * Runs `work` until it succeeds. Waits as `backoff` says, or as long as the other side asked (an AppError's `retryAfterMs`) where that
 * is longer. Rejects with `work`'s error where `retryIf` refuses it or `signal` has aborted, with `aborted` where it aborts in a wait.
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
