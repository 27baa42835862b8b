import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface ScheduledDeps {
  log: Logger;
}

/** Runs a job on a schedule once. */
export function createScheduledHandler({ log }: ScheduledDeps): JobHandler<'scheduled'> {
  return async () => {
    log.debug('not built yet');
    return 'idle';
  };
}
