import { platformOf } from '@watchpost/shared/chat/chat';
import { toAppError } from '@watchpost/shared/errors';
import type { JobHandler } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { readNotice } from '../notice/notice.ts';
import type { Alerts } from '@watchpost/shared/alerts/alerts';
import { alertPrefix } from './bulletin.ts';

export interface UndeliveredDeps {
  documents: DocumentStore;
  alerts: Alerts;
  log: Logger;
}

/** The same handler, but where an admin cannot be told, for example because they have blocked the bot, the others are, and the log says so. */
export function watchingAlerts(handle: JobHandler<'notice'>, { documents, alerts, log }: UndeliveredDeps): JobHandler<'notice'> {
  return async (job, context, signal) => {
    try {
      return await handle(job, context, signal);
    } catch (thrown) {
      const error = toAppError(thrown);
      const isWaiting = error.retry === 'transient' && error.code !== 'violation-waiting' && !context.lastAttempt;
      if (!job.noticeId.startsWith(alertPrefix) || signal.aborted || isWaiting) throw error;
      const to = (await readNotice(documents, job.noticeId, signal).catch(() => null))?.to;
      const platform = to && 'channel' in to ? platformOf(to.channel) : 'this platform';
      log.error({ code: error.code, platform }, 'an admin cannot be told what needs a person');
      const text = `an admin on ${platform} does not get these messages: ${error.message}`;
      alerts.raise({ topic: `alerts-undelivered-${platform}`, text, code: error.code });
      throw error;
    }
  };
}
