import type { JobHandler } from '@watchpost/shared/jobs/job-queue';

/** To be written. */
export function createVisitHandler(): JobHandler<'visit'> {
  return async () => 'idle';
}
