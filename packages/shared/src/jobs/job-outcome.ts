import type { AppError } from '../errors.ts';

/** What to do with a job whose handler threw. */
export type JobOutcome =
  /** Permanent: no further try. */
  | { action: 'end' }
  /** Again after the kind's pause; uses up an attempt. */
  | { action: 'retry' }
  /** Again after this pause, without using up an attempt. */
  | { action: 'delay'; delayMs: number };

/**
 * Postponements by the other side's wish are free only for so long: a job that is put off for ever would never be reported as failed.
 * A day and two hours is Slack's longest outage of interest (its own deliveries are tried again for a day). Milliseconds.
 */
export const freeDelayAgeMs = 26 * 3_600_000;

/** Postponing a job by less would only turn the queue over. Milliseconds. */
const shortestDelayMs = 100;

/** Pure: decides by the error's class and the job's age. */
export function outcomeOf(error: AppError, jobAgeMs: number): JobOutcome {
  if (error.retry === 'permanent') return { action: 'end' };
  if (error.retryAfterMs === undefined || jobAgeMs > freeDelayAgeMs) return { action: 'retry' };
  return { action: 'delay', delayMs: Math.max(Math.ceil(error.retryAfterMs), shortestDelayMs) };
}
