import type { JobHandler } from '@watchpost/shared/jobs/job-queue';

/** To be written. */
export function createNoticeHandler(): JobHandler<'notice'> {
  return async () => 'idle';
}
