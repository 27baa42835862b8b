import type { JobHandler } from '@watchpost/shared/jobs/job-queue';

/** To be written. */
export function createInteractionHandler(): JobHandler<'interaction'> {
  return async () => 'idle';
}
