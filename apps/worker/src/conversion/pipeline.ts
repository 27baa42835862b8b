import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface ConversionDeps {
  log: Logger;
}

/** Fetches what a link leads to, converts it, and brings it to whoever asked. */
export function createConversionHandler({ log }: ConversionDeps): JobHandler<'conversion'> {
  return async () => {
    log.debug('not built yet');
    return 'idle';
  };
}
