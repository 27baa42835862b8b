import type { Feed, Feeds } from '@watchpost/feeds/feed';
import { markOf } from '@watchpost/feeds/mark-of';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { AppError } from '@watchpost/shared/errors';
import { slackChannel } from '@watchpost/slack/channel';
import { readFeedEvent, type SlackFeedEvent } from '@watchpost/slack/written/read-feed-event';
import type { FollowedTimes } from '../../../feeds/follow-times.ts';
import type { IntakeDeps } from '../../platform.ts';
import type { SlackIdentity } from '../3-to-jobs.ts';
import { sendAll } from '../../send-all.ts';
import type { Seal } from '../watch/2-to-jobs.ts';
import { decide, takers, type MessageEvent } from './1-decide.ts';
import { toCheckJob, toEntryJob, toProfileJob, type ReactionsThen } from './2-to-jobs.ts';

export interface TakeForFeedsDeps extends Pick<IntakeDeps, 'sender' | 'ingestMetrics' | 'log' | 'now'> {
  feeds: Pick<Feeds, 'all' | 'of'>;
  times: Pick<FollowedTimes, 'takes'>;
  /** Whether it is known which feeds are closed by hand; until then the worker decides which take a message. */
  closingsKnown: () => boolean;
  /** Slack's id; null: none is configured. */
  adminChannel: string | null;
  identity: () => SlackIdentity | null;
  seal: Seal;
}

type ProfileEvent = Extract<SlackFeedEvent, { kind: 'profile' }>;

/** A message that is asked for. */
type CheckedMessage = Pick<WrittenMessage, 'channel' | 'messageId' | 'thread' | 'isBroadcast' | 'postedAtMs'>;

/** Gives the feeds what happens in their channels. Each resolves once the queue has its job, and rejects with `queue-unavailable` or `job-refused`. */
export interface TakeForFeeds {
  /** An event as Slack delivers it. Resolves to how many jobs that made; 0: no feed shows anything else after it. Rejects with `slack-identity-unknown` too. */
  event(event: unknown, ourAppId: string | null, timeLeftMs: () => number): Promise<number>;
  /** A message as it was read from the history, with its reactions then. */
  message(event: MessageEvent & { kind: 'written' }, reactions: ReactionsThen, timeLeftMs: () => number): Promise<number>;
  /** A message that may be gone, or have other reactions. `readUs`: microseconds since 1970. */
  check(at: CheckedMessage, readUs: number, timeLeftMs: () => number): Promise<void>;
}

/** Decides from memory: nothing is asked of a database or of Slack. */
export function createTakeForFeeds(deps: TakeForFeedsDeps): TakeForFeeds {
  const { feeds, times, closingsKnown, adminChannel, identity, seal, sender, ingestMetrics } = deps;

  const send = async (job: Parameters<typeof sender.send>[0], timeLeftMs: () => number): Promise<void> =>
    sendAll([job], async (each) => sender.send(each, { timeoutMs: timeLeftMs() }), {
      count: (outcome) => ingestMetrics.entry(outcome),
      log: deps.log,
      lost: 'the queue will never take this job: the feeds do not follow what happened to its message',
    });

  /** What feeds show of each profile, as it was heard of last. */
  const heard = new Map<string, string>();

  const take = async (
    event: MessageEvent,
    { reactions = null, ourAppId = null }: { reactions?: ReactionsThen | null; ourAppId?: string | null },
    timeLeftMs: () => number,
  ): Promise<number> => {
    const ofChannel = feeds.of(event.kind === 'written' ? event.message.channel : event.channel);
    if (ofChannel.length === 0) return 0;
    const isLate = reactions !== null;
    const known = { feeds: ofChannel, takes: times.takes, isLate, identity: identity(), ourAppId, adminChannel };
    const decision = decide(event, known);
    // After a 503 Slack sends it again.
    if (decision === 'unsure') throw new AppError('slack-identity-unknown', 'the Slack identity is not known yet');
    if (decision !== 'take') {
      ingestMetrics.entry(decision);
      return 0;
    }
    const takenBy = event.kind === 'written' ? takers(event.message, known).map(({ slug }) => slug) : [];
    await send(toEntryJob(event, approving(reactions, ofChannel), seal, closingsKnown() ? takenBy : undefined), timeLeftMs);
    return 1;
  };

  return {
    event: async (raw, ourAppId, timeLeftMs) => {
      if (!mayConcern(raw, feeds)) return 0;
      const event = readFeedEvent(raw);
      if (event === null) {
        ingestMetrics.entry('other');
        return 0;
      }
      if (event.kind !== 'profile') return take(event, { ourAppId }, timeLeftMs);
      const about = `${event.what} ${event.subject ?? ''}`;
      await send(toProfileJob(sinceThen(heard.get(about), event, raw), deps.now(), seal), timeLeftMs);
      if (heard.size >= mostHeard) heard.clear();
      heard.set(about, event.digest);
      return 1;
    },
    message: async (event, reactions, timeLeftMs) => take(event, { reactions }, timeLeftMs),
    check: async (at, readUs, timeLeftMs) => {
      const known = { feeds: feeds.of(at.channel), takes: times.takes, isLate: true };
      const takenBy = takers({ ...at, atUs: readUs }, known).map(({ slug }) => slug);
      await send(toCheckJob(at, readUs, seal, closingsKnown() ? takenBy : undefined), timeLeftMs);
    },
  };
}

/** Those that may approve; null: no feed asks for any. */
function approving(then: ReactionsThen | null, feeds: readonly Feed[]): ReactionsThen | null {
  const asking = feeds.filter(({ approval }) => approval !== null);
  if (then === null || asking.length === 0) return null;
  return { ...then, reactions: then.reactions.filter((reaction) => asking.some((feed) => markOf(feed, reaction))) };
}

/** Of so many profiles it is remembered what was heard last. */
const mostHeard = 20_000;

/** What is changed and changed back is another change, though feeds show the same as before: the job of that one has been done. */
function sinceThen(before: string | undefined, event: ProfileEvent, raw: unknown): ProfileEvent {
  const isSame = before === undefined || before === event.digest;
  return isSame ? event : { ...event, digest: `${event.digest} ${String(fieldsOf(raw)['event_ts'])}` };
}

/** What changes what feeds show of people, channels and emoji. */
const profileTypes = new Set<unknown>(['user_change', 'user_profile_changed', 'emoji_changed', 'channel_rename', 'group_rename']);
const reactionTypes = new Set<unknown>(['reaction_added', 'reaction_removed']);

/** By the head of an event alone, because most are of channels that nobody publishes. */
function mayConcern(event: unknown, feeds: Pick<Feeds, 'all' | 'of'>): boolean {
  if (feeds.all().length === 0) return false;
  const { type } = fieldsOf(event);
  if (profileTypes.has(type)) return true;
  const { channel } = type === 'message' ? fieldsOf(event) : reactionTypes.has(type) ? fieldsOf(fieldsOf(event)['item']) : {};
  return typeof channel === 'string' && feeds.of(slackChannel(channel)).length > 0;
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};
