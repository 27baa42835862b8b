import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface MailDeps {
  log: Logger;
}

/** Sends a mail. */
export function createMailHandler({ log }: MailDeps): JobHandler<'mail'> {
  return async () => {
    log.debug('not built yet');
    return 'idle';
  };
}
