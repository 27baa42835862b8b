import type { AppError } from '@watchpost/shared/errors';
import type { JobContext } from '@watchpost/shared/jobs/job-queue';
import { isGalleryMissing } from './gallery-ready.ts';

/** Whether a job that fails in this way is not tried again. A failure that may hold the job instead is none: the receiver decides about that. */
export function failsForGood(error: AppError, { lastAttempt }: Pick<JobContext, 'lastAttempt'>): boolean {
  if (error.code === 'aborted') return false;
  if (error.retry === 'permanent') return true;
  return lastAttempt && error.retry === 'transient' && error.retryAfterMs === undefined && !isGalleryMissing(error);
}
