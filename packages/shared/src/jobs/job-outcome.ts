import type { AppError } from '../errors.ts';
import { redeliveryWindowMs } from './job-kind.ts';

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

/**
 * Decides by the error's class and the job's age. Pure. Waits that the other side asked for are free only up to a certain age:
 * a job that is postponed forever would never be reported as failed.
 */
export function outcomeOf(error: AppError, jobAgeMs: number): JobOutcome {
  if (error.retry === 'permanent') return { action: 'fail' };
  if (error.retryAfterMs === undefined || jobAgeMs > redeliveryWindowMs) return { action: 'retry' };
  return { action: 'delay', delayMs: Math.max(Math.ceil(error.retryAfterMs), shortestDelayMs) };
}
