import type { Feed } from '@watchpost/feeds/feed';
import { channelKeySchema, type ChannelKey } from '@watchpost/shared/chat/chat';
import { z } from 'zod';

const channelTimesSchema = z.object({
  channel: channelKeySchema,
  /** Messages that were posted earlier are none of its entries. */
  sinceMs: z.number().int(),
  /** When it was closed, or not in the file; `toMs` null: it still is. */
  closed: z.array(z.object({ fromMs: z.number().int(), toMs: z.number().int().nullable() })),
});
type ChannelTimes = z.infer<typeof channelTimesSchema>;

/** Since when a feed takes messages, and when it did not. Times in milliseconds since 1970. */
const feedTimesSchema = channelTimesSchema.extend({
  /** When its channel was last read again; null: it never was, or not since the feed is in the file again, and is to be read from `sinceMs` on. */
  rereadMs: z.number().int().nullable(),
  /** Of the channels that it published before: their entries are there, and are shown if it does so again. */
  earlier: z.array(channelTimesSchema).optional(),
});
export type FeedTimes = z.infer<typeof feedTimesSchema>;

/** By slug. */
export const timesSchema = z.record(z.string(), feedTimesSchema);
export type Times = z.infer<typeof timesSchema>;

/** Those of one feed; undefined: not known. A feed may be called `constructor`, as every object has one. */
export const timesOf = (times: Times, slug: string): FeedTimes | undefined => (Object.hasOwn(times, slug) ? times[slug] : undefined);

/** What of the feeds their times depend on, by slug. */
export type Seen = ReadonlyMap<string, SeenFeed>;

interface SeenFeed {
  channel: ChannelKey;
  isOpen: boolean;
  historyMs: number;
}

export const seenOf = (feeds: readonly Feed[]): Seen =>
  new Map(feeds.map(({ slug, channel, isOpen, historyMs }) => [slug, { channel, isOpen, historyMs }]));

export const isSame = (a: Seen | null, b: Seen): boolean => a !== null && JSON.stringify([...a]) === JSON.stringify([...b]);

/** So many times are remembered at which a feed was closed: the newest. */
const mostClosed = 100;
/** So many channels of before are remembered. */
const mostEarlier = 10;
/** Our clock and the platform's differ. Milliseconds. */
const clocksDifferMs = 10_000;

/**
 * The times after the file has changed. `before`: what this process saw in it; null: nothing yet. Only what changed between the two changes
 * the times: another process may not have seen the file as it is now. Pure.
 */
export function nextTimes(times: Times, before: Seen | null, after: Seen, nowMs: number): Times {
  const next: Record<string, FeedTimes> = { ...times };
  for (const [slug, feed] of after) {
    const known = timesOf(next, slug);
    if (known?.channel === feed.channel) {
      const isSameAsBefore = before?.get(slug)?.isOpen === feed.isOpen;
      if (!isSameAsBefore) next[slug] = feed.isOpen ? reopened(known, nowMs) : closed(known, nowMs);
    } else next[slug] = begun(known, feed, nowMs);
  }
  for (const [slug, known] of Object.entries(times)) {
    if (after.has(slug) || (before !== null && !before.has(slug))) continue;
    // Nobody follows what is edited and deleted meanwhile: if it comes back, it is read again.
    next[slug] = { ...(before ? closed(known, nowMs) : known), rereadMs: null };
  }
  return next;
}

/** Whether a feed takes what was posted then. Pure. */
export function takes({ sinceMs, closed }: FeedTimes, postedAtMs: number): boolean {
  if (postedAtMs < sinceMs) return false;
  return !closed.some(({ fromMs, toMs }) => postedAtMs >= fromMs && (toMs === null || postedAtMs < toMs));
}

/** A feed that begins, or publishes another channel from now on. */
function begun(known: FeedTimes | undefined, { channel, historyMs, isOpen }: SeenFeed, nowMs: number): FeedTimes {
  const sinceMs = nowMs - historyMs - clocksDifferMs;
  const fresh: FeedTimes = { channel, sinceMs, closed: [], rereadMs: historyMs > 0 ? null : nowMs };
  const times = known ? moved(known, fresh, nowMs) : fresh;
  return isOpen ? times : closed(times, nowMs);
}

/** A feed that publishes another channel from now on: as `fresh`, or, where it has published that one before, as it was then. */
function moved({ earlier = [], channel, sinceMs, closed: until }: FeedTimes, fresh: FeedTimes, nowMs: number): FeedTimes {
  const back = earlier.find((each) => each.channel === fresh.channel);
  const left = closed({ channel, sinceMs, closed: until }, nowMs);
  const others = [...earlier.filter((each) => each !== back), left].slice(-mostEarlier);
  return { ...(back ? { ...reopened(back, nowMs), rereadMs: null } : fresh), earlier: others };
}

const closed = <T extends ChannelTimes>(times: T, nowMs: number): T =>
  times.closed.at(-1)?.toMs === null
    ? times
    : { ...times, closed: [...times.closed, { fromMs: nowMs + clocksDifferMs, toMs: null }].slice(-mostClosed) };

const reopened = <T extends ChannelTimes>(times: T, nowMs: number): T => ({
  ...times,
  closed: times.closed.map((each) => (each.toMs === null ? { ...each, toMs: nowMs - clocksDifferMs } : each)),
});
