import { AppError } from '@watchpost/shared/errors';
import type { Judge } from '@watchpost/rules/judge';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { slackChannel } from '@watchpost/slack/channel';
import { createLogRarely } from '../../log-rarely.ts';
import type { IntakeDeps } from '../platform.ts';
import { eventOf, parseDelivery, type Delivery, type SlackMessage } from './2-parse.ts';
import { isOwnPost, toJobs, type SlackIdentity } from './3-to-jobs.ts';
import { cameraNameOf } from './camera-name.ts';
import type { TakeForFeeds } from './feeds/feeds.ts';
import { homeJob } from './interactions/2-to-job.ts';
import type { RecentCaptions } from './recent-captions.ts';
import { sendAll, worst } from '../send-all.ts';
import type { Answer } from './signed-scope.ts';
import { withCleanNames } from './watch/clean-names.ts';
import type { Watch } from './watch/watch.ts';

export interface TakeEventDeps extends Pick<IntakeDeps, 'sender' | 'ranks' | 'cameras' | 'ingestMetrics' | 'log' | 'now'> {
  readChannels: ReadonlySet<string>;
  writeChannel: string;
  captionPattern: RegExp;
  captions: RecentCaptions;
  identity: () => SlackIdentity | null;
  watch: Watch;
  forFeeds: Pick<TakeForFeeds, 'event'>;
  /** The rules, ready to be applied; null: they are not known. */
  judge: () => Judge | null;
  /** Events since this time (milliseconds since 1970) are lost, or may be. */
  onGap: (sinceMs: number) => void;
}

/** What became of one message. */
export interface TakenMessage {
  outcome: string;
  /** How many of its pictures the queue has. */
  queued: number;
}

/** And what of it the rules are to look at. */
export interface Backfilled extends TakenMessage {
  isWatched: boolean;
}

/** Events, however they come: over HTTP, over a socket, or fetched afterwards. */
export interface TakeEvent {
  /** One event as Slack delivers it. Resolves once the queue has what follows from it; rejects with an error that passes, or with `job-refused`. */
  delivery(body: unknown, timeLeftMs: () => number): Promise<Answer>;
  /** One message of a channel's history: as a delivered one, but its pictures wait behind those of live messages. */
  backfilled(message: unknown, channel: string, captions: RecentCaptions, timeLeftMs: () => number): Promise<Backfilled>;
}

const ignored = (reason: string): TakenMessage => ({ outcome: `ignored-${reason}`, queued: 0 });

/** The one way from an event to the queue. */
export function createTakeEvent(deps: TakeEventDeps): TakeEvent {
  const { ingestMetrics, log, readChannels, writeChannel, captionPattern, identity } = deps;
  const rarely = createLogRarely(deps.now);

  const takeMessage = async (
    { message, ourAppId }: Extract<Delivery, { kind: 'message' }>,
    how: { captions: RecentCaptions; late: boolean; timeLeftMs: () => number },
  ): Promise<TakenMessage> => {
    const { channel, messageId, files, malformedFiles } = message;
    if (!readChannels.has(channel)) return ignored('other-channel');
    if (isOwnPost(message, writeChannel, identity(), ourAppId)) {
      for (const _ of files) ingestMetrics.file('own');
      log.debug({ channel, messageId, files: files.length, author: message.author }, 'our own post in the results channel: ignored');
      return ignored('own-post');
    }
    const captioned = cameraNameOf(message.text, captionPattern);
    if (files.length + malformedFiles === 0) {
      if (captioned) how.captions.remember(message, captioned);
      return ignored('no-files');
    }
    // We post to the write channel only. Until we know who we are, a picture there may be our own, and taking it would start a
    // loop; after a 503 Slack sends it again. In other channels nothing is ours, so nothing has to wait.
    if (channel === writeChannel && identity() === null) {
      throw new AppError('slack-identity-unknown', 'the Slack identity is not known yet');
    }
    const camera = captioned ?? how.captions.cameraFor(message);
    const cameraOf = (fileName: string | null): string | null => camera ?? deps.cameras.nameOf(slackChannel(channel), fileName);
    const { jobs, skipped } = await withCleanNames(toJobs(message, cameraOf, identity(), ourAppId), message, deps.judge());
    for (const reason of skipped) ingestMetrics.file(reason);
    if (malformedFiles > 0) {
      rarely('file', (times) => log.warn({ channel, messageId, malformedFiles, times }, 'a file without a usable id was left out'));
    }
    const lost = 'the queue will never take this job: its picture is lost';
    await sendAll(jobs, (job) => queue(deps, job, message, how), { count: (outcome) => ingestMetrics.file(outcome), log, lost });
    log[how.late ? 'debug' : 'info']({ channel, messageId, queued: jobs.length, skipped: skipped.length }, 'message accepted');
    return { outcome: jobs.length > 0 ? 'queued' : 'ignored-no-images', queued: jobs.length };
  };

  const takeDelivery = async (delivery: Delivery, timeLeftMs: () => number): Promise<Answer> => {
    if (delivery.kind === 'handshake') return { outcome: 'handshake', body: delivery.challenge };
    if (delivery.kind === 'message') {
      const { outcome } = await takeMessage(delivery, { captions: deps.captions, late: false, timeLeftMs });
      return { outcome, body: '' };
    }
    if (delivery.kind === 'home') {
      await deps.sender.send(homeJob(delivery, deps.now()), { timeoutMs: timeLeftMs() });
      return { outcome: 'home', body: '' };
    }
    if (delivery.kind === 'rate-limited') {
      // More than 30,000 events in an hour: Slack has dropped some and will not deliver them again.
      log.warn({ minute: delivery.minute }, 'Slack drops events: too many in this hour');
      deps.onGap(delivery.minute === null ? deps.now() - 60_000 : delivery.minute * 1_000);
      return { outcome: 'rate-limited', body: '' };
    }
    if (delivery.reason === 'malformed') rarely('message', (times) => log.warn({ times }, 'message event without a valid channel or ts'));
    return { outcome: `ignored-${delivery.reason}`, body: '' };
  };

  const late = async (delivery: Delivery, captions: RecentCaptions, timeLeftMs: () => number): Promise<TakenMessage> => {
    if (delivery.kind !== 'message') return ignored(delivery.kind === 'ignored' ? delivery.reason : 'other-event');
    return takeMessage(delivery, { captions, late: true, timeLeftMs });
  };

  return {
    delivery: async (body, timeLeftMs) => {
      try {
        const said = eventOf(body);
        const [answer, watched, published] = await all(
          takeDelivery(parseDelivery(body), timeLeftMs),
          watchedOf(deps, said, timeLeftMs),
          publishedOf(deps, said, timeLeftMs),
        );
        if (!answer.outcome.startsWith('ignored-') || watched + published === 0) return answer;
        return { ...answer, outcome: watched > 0 ? 'watched' : 'published' };
      } catch (error) {
        // Slack sends it again three times at most, over some minutes.
        if (error instanceof AppError && error.retry === 'transient') deps.onGap(deps.now());
        throw error;
      }
    },
    backfilled: async (message, channel, captions, timeLeftMs) => {
      const event = typeof message === 'object' && message !== null ? { ...message, channel } : message;
      const body = { type: 'event_callback', event };
      const [taken, watched] = await all(late(parseDelivery(body), captions, timeLeftMs), watchedOf(deps, eventOf(body), timeLeftMs));
      return { ...taken, isWatched: watched > 0 };
    },
  };
}

async function queue(
  { ranks, sender }: Pick<TakeEventDeps, 'ranks' | 'sender'>,
  job: SnapshotJob,
  message: SlackMessage,
  how: { late: boolean; timeLeftMs: () => number },
): Promise<void> {
  const place = how.late ? 'late' : { live: `${message.channel} ${job.camera ?? message.author.botId ?? message.author.userId ?? ''}` };
  await ranks.queue(job, place, async (ranked) => sender.send(ranked, { timeoutMs: how.timeLeftMs() }));
}

type Said = ReturnType<typeof eventOf>;

const watchedOf = async ({ watch }: Pick<TakeEventDeps, 'watch'>, said: Said, timeLeftMs: () => number): Promise<number> =>
  said?.event.type === 'message' ? watch.take(said.event, said.ourAppId, timeLeftMs) : 0;

const publishedOf = async ({ forFeeds }: Pick<TakeEventDeps, 'forFeeds'>, said: Said, timeLeftMs: () => number): Promise<number> =>
  said ? forFeeds.event(said.event, said.ourAppId, timeLeftMs) : 0;

/** Pictures, rules and feeds do not wait for each other, and none loses anything by another's failure. */
async function all<T extends readonly unknown[]>(...work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const failure = worst(await Promise.allSettled(work));
  if (failure !== null) throw failure;
  return Promise.all(work);
}
