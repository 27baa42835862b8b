import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import { markOf } from '@watchpost/feeds/mark-of';
import { asRead, isSaid } from '@watchpost/feeds/merge/as-read';
import { takesReply } from '@watchpost/feeds/takes-reply';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import type { SlackCall } from '@watchpost/slack/calls';
import { slackChannel } from '@watchpost/slack/channel';
import { channelTypeOf } from '@watchpost/slack/channel-type';
import { readWritten } from '@watchpost/slack/written/read-written';
import type { TakeForFeeds } from '../feeds/feeds.ts';
import { readMessages, type FeedMessages } from './feed-messages.ts';

/** What is read of a channel that feeds publish, milliseconds since 1970. */
export interface FeedWindow {
  /** Messages since then, with all that happened to them. */
  fromMs: number;
  /** Threads that went on since then; of the others only those with another number of replies than is known. */
  threadsFromMs: number;
}

/** What came of it. `more`: older messages, or threads, were left out, because there are too many. */
export interface ReadFeedChannelResult {
  messages: number;
  /** Those that feeds do not know yet as they are. */
  queued: number;
  /** Those that may be gone. */
  checked: number;
  more: boolean;
}

/** Reads a channel again, and takes what feeds do not know of it. Rejects with an AppError. */
export type ReadFeedChannel = (channel: string, window: FeedWindow, signal: AbortSignal) => Promise<ReadFeedChannelResult>;

export interface ReadFeedChannelDeps {
  call: SlackCall;
  feeds: Pick<Feeds, 'of'>;
  take: Pick<TakeForFeeds, 'message' | 'check'>;
  /** The entries of a channel whose messages were posted since then. Waits for the database. */
  entriesOf: (channel: ChannelKey, fromMs: number, signal: AbortSignal) => Promise<readonly Entry[]>;
  /** Of what somebody wrote, as entries have it. */
  hashOf: (written: WrittenMessage['written']) => string;
  /** Whether a feed takes what was posted then, milliseconds since 1970. */
  takes: (feed: Feed, postedAtMs: number) => boolean;
  /** Our own member's id; null: not known. */
  ownMember: () => string | null;
  now: () => number;
}

/** For the queue to take one job. Milliseconds. */
const queueMs = 5_000;
/** Reactions that came while the history was read are newer than what it says, whatever the clocks say. Milliseconds. */
const clocksDifferMs = 10_000;

/** Reads the history, and compares it with the entries. */
export function createReadFeedChannel({
  call,
  feeds,
  take,
  entriesOf,
  hashOf,
  takes,
  ownMember,
  now,
}: ReadFeedChannelDeps): ReadFeedChannel {
  return async (channel, window, signal) => {
    const key = slackChannel(channel);
    const readUs = Math.max(0, now() - clocksDifferMs) * 1_000;
    const ofChannel = feeds.of(key);
    const withReplies = ofChannel.some(({ source, threads }) => source === 'messages' && threads === 'all');
    const entriesSince = async (fromMs: number): Promise<readonly Entry[]> => entriesOf(key, fromMs, signal);
    const read = await readMessages(call, { channel, ...window, latestMs: now(), withReplies, entriesSince }, signal);
    const entries = new Map<string, Entry[]>();
    for (const entry of read.entries) entries.set(entry.messageId, [...(entries.get(entry.messageId) ?? []), entry]);

    const type = await channelTypeOf(call, channel, signal);

    const result = { messages: read.messages.length, queued: 0, checked: 0, more: read.more };
    for (const raw of read.messages) {
      signal.throwIfAborted();
      const message = readWritten(typeof raw === 'object' && type ? { ...raw, channel_type: type } : raw, channel);
      if (!message) continue;
      const compared = { message, hash: hashOf(message.written), ownMember: ownMember() };
      const known = entries.get(message.messageId) ?? [];
      const open = ofChannel.filter((feed) => !isKnown(feed, known, compared, takes));
      if (open.length === 0) continue;
      // A board's entry is made of its visit. And where Slack lists some of the people only, the worker asks for all.
      if (message.reactions === null || open.every(({ source }) => source === 'visits')) {
        await take.check(message, readUs, () => queueMs);
        result.queued += 1;
      } else {
        const then = { reactions: message.reactions, atUs: readUs };
        result.queued += await take.message(
          { kind: 'written', message: asRead(message, compared.hash, known, readUs) },
          then,
          () => queueMs,
        );
      }
    }
    for (const entry of missing(read, readUs / 1_000)) {
      signal.throwIfAborted();
      await take.check(entry, readUs, () => queueMs);
      result.checked += 1;
    }
    return result;
  };
}

interface Compared {
  message: WrittenMessage;
  hash: string;
  ownMember: string | null;
}

/** Whether a feed would show nothing else after it has been told of a message. */
function isKnown(feed: Feed, entries: readonly Entry[], compared: Compared, takes: ReadFeedChannelDeps['takes']): boolean {
  const entry = entries.find((each) => each.feed === feed.slug);
  if (feed.source === 'visits') return !entry || entry.deletedAtUs !== null || hasSameMarks(feed, entry, compared);
  if (!takesReply(feed, compared.message)) return true;
  if (!entry) return !takes(feed, compared.message.postedAtMs);
  // A deleted message never comes back.
  if (entry.deletedAtUs !== null) return true;
  const [newest] = entry.versions;
  if (!newest || newest.atUs < compared.message.atUs) return newest?.hash === compared.hash && hasSameMarks(feed, entry, compared);
  return isSaid(newest, compared.hash) && hasSameMarks(feed, entry, compared);
}

function hasSameMarks(feed: Feed, entry: Entry, { message, ownMember }: Compared): boolean {
  if (!feed.approval) return true;
  if (message.reactions === null) return false;
  const marks = (list: readonly { emoji: string; member: string }[]): string =>
    JSON.stringify([...new Set(list.map(({ emoji, member }) => `${emoji} ${member}`))].toSorted());
  const there = message.reactions.flatMap((reaction) => (reaction.member === ownMember ? [] : (markOf(feed, reaction) ?? [])));
  return marks(there) === marks(entry.marks.filter(({ isSet }) => isSet));
}

/** The entries whose messages Slack no longer lists, once for each message. Only where all was read: absence alone is no deletion. */
function missing({ entries, listed, completeThreads }: FeedMessages, beforeMs: number): Entry[] {
  const gone = entries.filter((entry) => {
    if (entry.deletedAtUs !== null || listed.has(entry.messageId) || entry.postedAtMs >= beforeMs) return false;
    const isInThread = entry.thread !== null && !entry.isBroadcast;
    return !isInThread || completeThreads.has(entry.thread ?? '');
  });
  return [...new Map(gone.map((entry) => [entry.messageId, entry])).values()];
}
