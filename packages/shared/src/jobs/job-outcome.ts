import type { AppError } from '../errors.ts';

/** What to do with a job whose handler threw. */
export type JobOutcome =
  /** Permanent: no further attempt. */
  | { action: 'fail' }
  /** Again after the kind's backoff; uses up an attempt. */
  | { action: 'retry' }
  /** Again after this wait; uses up no attempt. */
  | { action: 'delay'; delayMs: number };

/** Delaying a job by less would only churn the queue. Milliseconds. */
const shortestDelayMs = 100;

/** All waits of a job together that use up no attempt, milliseconds. One that is put off for ever would never be reported as failed. */
export const freeWaitsMs = 26 * 3_600_000;

/**
 * Decides by the error's class. Pure. `waitMs`: how long the job should wait, if that uses up no attempt. `waitedMs`: its waits of that
 * kind so far, added up; the time for which it was held, or in a queue that nobody read, is not among them.
 */
export function outcomeOf({ retry }: Pick<AppError, 'retry'>, waitMs: number | undefined, waitedMs: number): JobOutcome {
  if (retry === 'permanent') return { action: 'fail' };
  if (waitMs === undefined || waitedMs >= freeWaitsMs) return { action: 'retry' };
  return { action: 'delay', delayMs: Math.max(Math.ceil(waitMs), shortestDelayMs) };
}
