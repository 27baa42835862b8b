import { createFeedChannels, type FeedChannelsOptions } from '@watchpost/ingest/platforms/slack/backfill/feed-channels';
import type { FeedWindow } from '@watchpost/ingest/platforms/slack/backfill/read-feed-channel';
import type { Feed } from '@watchpost/feeds/feed';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { feedOf } from '../../support/feed-samples.ts';
import { until } from '../../support/until.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];
/** Noon in UTC. */
const noon = Date.parse('2026-03-10T12:00:00Z');
const never = new AbortController().signal;

interface Noted {
  sinceMs?: number;
  rereadMs?: number | null;
}

/** Channels whose feeds began ten days ago and were read last night. */
function channelsOf(feeds: Feed[], noted: Record<string, Noted> = {}, over: Partial<FeedChannelsOptions> = {}) {
  const read: ({ channel: string } & FeedWindow)[] = [];
  const logged: string[] = [];
  const clock = { nowMs: noon };
  const channels = createFeedChannels({
    feeds: { all: () => feeds },
    times: {
      takes: () => true,
      ready: async () => undefined,
      of: ({ slug, channel }) => ({ channel, sinceMs: noon - 10 * day, rereadMs: noon - 10 * hour, closed: [], ...noted[slug] }),
      noteReread: async ({ slug }, rereadMs) => void (noted[slug] = { ...noted[slug], rereadMs }),
    },
    read: async (channel, window) => {
      read.push({ channel, ...window });
      return { messages: 9, queued: 2, checked: 1, more: false };
    },
    receivedUntil: async () => noon - 2 * hour,
    identified: Promise.resolve(),
    adminChannel: 'C0ADMINS',
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    metrics: createMetrics({ processMetrics: false }),
    now: () => clock.nowMs,
    waits: { lookMs: 2, apartMs: 2, backoff: { firstMs: minute, maxMs: minute } },
    ...over,
  });
  const reread = (): void => {
    const stopping = new AbortController();
    onTestFinished(() => stopping.abort());
    void channels.reread(stopping.signal);
  };
  return { channels, read, logged, noted, clock, reread };
}
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const failing = (code: ErrorCode) => async () => Promise.reject(new AppError(code, 'no'));

describe('after a gap, the channels of feeds', () => {
  const two = [feedOf(), feedOf({ slug: 'other', channel: 'slack:C2' })];

  it('are read for seven days, with the threads that went on in the day before the gap', async () => {
    const it = channelsOf(two);
    await it.channels.fill(noon - 5 * minute, never);
    const window = { fromMs: noon - 7 * day, threadsFromMs: noon - 15 * minute - day };
    expect(it.read).toEqual([
      { channel: 'C1', ...window },
      { channel: 'C2', ...window },
    ]);
    expect(it.logged.join('')).toMatch(/"messages":9,"queued":2,"checked":1/);
  });

  it('are read at start from when messages were last received, however long that is ago, and never from before a feed began', async () => {
    const long = channelsOf(two, { other: { sinceMs: noon - hour } }, { receivedUntil: async () => noon - 9 * day });
    await long.channels.fill(null, never);
    expect(long.read.map(({ fromMs }) => fromMs)).toEqual([noon - 9 * day - 10 * minute, noon - hour]);
    const longest = channelsOf([feedOf()], { news: { sinceMs: 0 } }, { receivedUntil: async () => 0 });
    await longest.channels.fill(null, never);
    expect(longest.read.map(({ fromMs }) => fromMs)).toEqual([noon - 28 * day]);
  });

  it('are read without those of other platforms and the admins’', async () => {
    const it = channelsOf([
      feedOf({ channel: 'slack:C0ADMINS' }),
      feedOf({ slug: 'a', channel: 'other:C3' }),
      feedOf({ slug: 'b' }),
      feedOf(),
    ]);
    await it.channels.fill(null, never);
    expect(it.read.map(({ channel }) => channel)).toEqual(['C1']);
  });

  it('are left alone while there are none', async () => {
    const it = channelsOf([], {}, { receivedUntil: failing('internal') });
    await it.channels.fill(null, never);
    expect(it.read).toEqual([]);
  });

  it('do not wait for one that Slack does not give: the log says what to do', async () => {
    const read: string[] = [];
    const it = channelsOf(
      two,
      {},
      {
        read: async (channel) => {
          read.push(channel);
          if (channel === 'C1') throw new AppError('channel-not-available', 'not_in_channel');
          return { messages: 0, queued: 0, checked: 0, more: false };
        },
      },
    );
    await it.channels.fill(null, never);
    expect(read).toEqual(['C1', 'C2']);
    expect(it.logged.join('')).toContain('invite the bot to it');
    const away = channelsOf(two, {}, { read: failing('queue-unavailable') });
    await expect(away.channels.fill(null, never)).rejects.toThrow(AppError);
  });
});

describe('without a gap, the channel of a feed', () => {
  it('is read at once where the feed is new and has a history, once', async () => {
    const fresh = feedOf({ slug: 'fresh' });
    const it = channelsOf([feedOf(), fresh], { fresh: { sinceMs: noon - hour, rereadMs: null } });
    it.reread();
    await until('it is read', () => it.read.length > 0);
    await pause(30);
    expect(it.read).toEqual([{ channel: 'C1', fromMs: noon - hour, threadsFromMs: 0 }]);
    expect(it.noted['fresh']?.rereadMs).toBe(noon);
    expect(it.noted['news']).toBeUndefined();
  });

  it('is read for all of the history that a new feed wants, and for 28 days where a feed comes back after long', async () => {
    const fresh = feedOf({ slug: 'fresh', channel: 'slack:C2', historyMs: 90 * day });
    const noted = { news: { sinceMs: noon - 300 * day, rereadMs: null }, fresh: { sinceMs: noon - 90 * day - 10_000, rereadMs: null } };
    const it = channelsOf([feedOf(), fresh], noted);
    it.reread();
    await until('both are read', () => it.read.length > 1);
    expect(it.read.map(({ fromMs }) => fromMs)).toEqual([noon - 28 * day, noon - 90 * day - 10_000]);
  });

  it('is read each night, with all threads of seven days', async () => {
    const it = channelsOf([feedOf()]);
    it.reread();
    await pause(20);
    expect(it.read).toEqual([]);
    it.clock.nowMs = noon + 16.9 * hour;
    await until('it is read', () => it.read.length === 1);
    expect(it.read[0]).toEqual({ channel: 'C1', fromMs: it.clock.nowMs - 7 * day, threadsFromMs: 0 });
    await pause(20);
    expect(it.read).toHaveLength(1);
  });

  it('is tried again later where that fails, and holds up no other', async () => {
    const tried: string[] = [];
    const fresh = { sinceMs: noon - hour, rereadMs: null };
    const it = channelsOf(
      [feedOf(), feedOf({ slug: 'other', channel: 'slack:C2' })],
      { news: fresh, other: fresh },
      {
        read: async (channel) => {
          tried.push(channel);
          if (channel === 'C1' && tried.length < 3) throw new AppError('channel-not-available', 'not_in_channel');
          return { messages: 0, queued: 0, checked: 0, more: false };
        },
      },
    );
    it.reread();
    await until('the other is read', () => tried.length === 2);
    await pause(20);
    expect(tried).toEqual(['C1', 'C2']);
    it.clock.nowMs += 2 * minute;
    await until('it is read', () => it.noted['news']?.rereadMs === it.clock.nowMs);
    expect(tried).toEqual(['C1', 'C2', 'C1']);
  });
});
