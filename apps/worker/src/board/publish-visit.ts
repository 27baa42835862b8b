import { channelId, platformOf } from '@watchpost/shared/chat/chat';
import type { EntryJob } from '@watchpost/shared/jobs/entry-job';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Feeds } from '@watchpost/feeds/feed';
import type { Visit } from '@watchpost/visits/visit';

export interface PublishVisitDeps {
  feeds: Pick<Feeds, 'of'>;
  sender: Pick<JobSender, 'send'>;
  sendTimeoutMs: number;
  now: () => number;
}

/** Tells the boards about a visit. `why`: of a revision that they have been told of, so that the queue takes it for another job. */
export type PublishVisit = (visit: Visit, why?: string) => Promise<void>;

/** Queues a visit's entry where its post stands in a channel that a board shows: whenever the post was made, edited, or found deleted. */
export function createPublishVisit({ feeds, sender, sendTimeoutMs, now }: PublishVisitDeps): PublishVisit {
  return async ({ id: visitId, revision, post }, why = '') => {
    const { state, messageId } = post?.progress ?? { state: null, messageId: null };
    if (!post || messageId === null || !feeds.of(post.channel).some(({ source }) => source === 'visits')) return;
    const { channel } = post;
    const made = [platformOf(channel), channelId(channel), messageId, state ?? '', String(revision), why]
      .join('-')
      .replaceAll(/[^\w.-]/g, '_');
    const common = { v: 1, kind: 'entry', id: `visit-${made}`, atUs: now() * 1_000, channel, messageId } as const;
    const job: EntryJob | null =
      state === 'gone' ? { ...common, change: 'deleted' } : state === 'posted' ? { ...common, change: 'visit', visitId } : null;
    if (job) await sender.send(job, { timeoutMs: sendTimeoutMs });
  };
}
