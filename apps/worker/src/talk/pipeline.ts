import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';

export interface TalkDeps {
  log: Logger;
}

/** Goes on with a conversation. */
export function createTalkHandler({ log }: TalkDeps): JobHandler<'talk'> {
  return async () => {
    log.debug('not built yet');
    return 'idle';
  };
}
