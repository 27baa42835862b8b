import type { Feed, Feeds } from '@watchpost/feeds/feed';
import { channelId, platformOf } from '@watchpost/shared/chat/chat';
import { toAppError } from '@watchpost/shared/errors';
import { backoffMs } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';
import { slackPrefix } from '@watchpost/slack/channel';
import type { FollowedTimes } from '../../../feeds/follow-times.ts';
import { type BackfillOptions, unreadable } from './backfill.ts';
import { isDue } from './is-due.ts';
import type { FeedWindow, ReadFeedChannel } from './read-feed-channel.ts';

export interface FeedChannelsOptions extends Pick<BackfillOptions, 'receivedUntil' | 'identified' | 'log' | 'metrics' | 'now'> {
  feeds: Pick<Feeds, 'all'>;
  times: FollowedTimes;
  read: ReadFeedChannel;
  /** Nothing of it is published, whatever the file says; null: none is configured. */
  adminChannel: string | null;
  /** Waits; tests need shorter ones. */
  waits?: Partial<typeof defaultWaits>;
}

const defaultWaits = {
  /** Between two looks whether a channel is to be read again. */
  lookMs: 1_000,
  /** After one was read in the night: all channels together must not use up what Slack allows. */
  apartMs: 60_000,
  /** After a failure. */
  backoff: { firstMs: 60_000, maxMs: 3_600_000 },
};

/** So far back a channel is read again: what happened to older messages meanwhile is not found. Milliseconds. */
const againMs = 7 * 86_400_000;
/** After an outage that was longer. Milliseconds. */
const mostAgainMs = 28 * 86_400_000;
/** Fetched although it should be known: clocks differ. Milliseconds. */
const overlapMs = 600_000;
/** Replies may have been edited in threads that went on so long before a gap. Milliseconds. */
const liveThreadsMs = 86_400_000;

/** Reads the channels that feeds publish: after gaps, when a feed is new, and each night. */
export interface FeedChannels {
  /** All of them, after a gap since `sinceMs`; null: at start. Rejects with an error that passes. */
  fill(sinceMs: number | null, signal: AbortSignal): Promise<void>;
  /** Reads those of new feeds at once, and each of them in the night, for what nobody noticed. Resolves after the signal has aborted. */
  reread(stopping: AbortSignal): Promise<void>;
}

export function createFeedChannels(options: FeedChannelsOptions): FeedChannels {
  const { feeds, times, log, now } = options;
  const waits = { ...defaultWaits, ...options.waits };
  const count = options.metrics.counter('ingest_feeds_reread_total', 'Messages of feeds’ channels that were read again', ['outcome']);
  /** Several processes do not all begin at once. */
  const spread = Math.random();

  const published = (): Map<string, Feed[]> => {
    const byChannel = new Map<string, Feed[]>();
    for (const feed of feeds.all()) {
      const channel = channelId(feed.channel);
      if (platformOf(feed.channel) !== slackPrefix || channel === options.adminChannel) continue;
      byChannel.set(channel, [...(byChannel.get(channel) ?? []), feed]);
    }
    return byChannel;
  };

  const readOne = async (channel: string, window: FeedWindow, signal: AbortSignal): Promise<void> => {
    const result = await options.read(channel, window, signal);
    const { messages, queued, checked } = result;
    for (const [outcome, times] of Object.entries({ read: messages, queued, checked })) count.inc({ outcome }, times);
    const from = new Date(window.fromMs).toISOString();
    log.info({ channel, from, ...result }, 'a channel of feeds was read again; what is known is not taken twice');
  };

  /** Of feeds that are new in the file, or are in it again: Slack may not list what is much older, and that it is missing would say nothing. */
  const fromOf = (fresh: readonly Feed[]): number => {
    const mostMs = Math.max(mostAgainMs, ...fresh.map(({ historyMs }) => historyMs + overlapMs));
    return Math.max(beginOf(fresh), now() - mostMs);
  };

  const beginOf = (ofChannel: readonly Feed[]): number => Math.min(...ofChannel.map((feed) => times.of(feed)?.sinceMs ?? now()));

  const fill = async (sinceMs: number | null, signal: AbortSignal): Promise<void> => {
    if (feeds.all().length === 0) return;
    await times.ready(signal);
    const gapMs = sinceMs ?? (await options.receivedUntil(signal)) ?? now();
    for (const [channel, ofChannel] of published()) {
      const fromMs = Math.max(beginOf(ofChannel), Math.min(gapMs - overlapMs, now() - againMs), now() - mostAgainMs);
      try {
        await readOne(channel, { fromMs, threadsFromMs: gapMs - overlapMs - liveThreadsMs }, signal);
      } catch (error) {
        const known = toAppError(error);
        // Another attempt would be refused in the same way: the other channels go on.
        if (known.retry === 'transient') throw error;
        log.error({ err: error, channel }, unreadable(known));
      }
    }
  };

  /** Channels that could not be read, and when they are tried again. */
  const failures = new Map<string, { times: number; untilMs: number }>();

  const nextDue = (): { channel: string; due: Feed[]; fromMs: number; isNew: boolean } | null => {
    for (const [channel, ofChannel] of published()) {
      if ((failures.get(channel)?.untilMs ?? 0) > now()) continue;
      const fresh = ofChannel.filter((feed) => times.of(feed)?.rereadMs === null);
      if (fresh.length > 0) return { channel, due: fresh, fromMs: fromOf(fresh), isNew: true };
      const due = ofChannel.filter((feed) => isDue(times.of(feed)?.rereadMs ?? now(), now(), feed.timeZone, spread));
      if (due.length > 0) return { channel, due, fromMs: Math.max(beginOf(due), now() - againMs), isNew: false };
    }
    return null;
  };

  const rereadNext = async (stopping: AbortSignal): Promise<number> => {
    const next = nextDue();
    if (!next) return waits.lookMs;
    const { channel, due, fromMs, isNew } = next;
    const startedMs = now();
    try {
      await readOne(channel, { fromMs, threadsFromMs: 0 }, stopping);
      for (const feed of due) await times.noteReread(feed, startedMs, stopping);
      failures.delete(channel);
    } catch (error) {
      if (stopping.aborted) throw error;
      const known = toAppError(error);
      const count = (failures.get(channel)?.times ?? 0) + 1;
      const waitMs = Math.max(backoffMs(count, waits.backoff), known.retryAfterMs ?? 0);
      failures.set(channel, { times: count, untilMs: now() + waitMs });
      log[known.retry === 'transient' ? 'info' : 'error']({ err: error, channel, waitMs }, unreadable(known));
    }
    return isNew ? waits.lookMs : waits.apartMs;
  };

  const reread = async (stopping: AbortSignal): Promise<never> => {
    await options.identified;
    for (;;) await pause(await rereadNext(stopping), stopping);
  };
  return { fill, reread: async (stopping) => reread(stopping).catch(() => undefined) };
}
