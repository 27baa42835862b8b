import { isSame, nextTimes, seenOf, takes, type Times } from '@watchpost/ingest/feeds/times';
import type { Feed } from '@watchpost/feeds/feed';
import { describe, expect, it } from 'vitest';
import { feedOf } from '../../../support/feed-samples.ts';

const minute = 60_000;
const seen = (...feeds: Partial<Feed>[]) => seenOf(feeds.map((over) => feedOf(over)));
const news = (times: Times) => times['news']!;

describe('when a feed takes messages', () => {
  it('is from when it is first seen in the file', () => {
    const times = nextTimes({}, null, seen({}), 60 * minute);
    expect([takes(news(times), 58 * minute), takes(news(times), 60 * minute), takes(news(times), 1e15)]).toEqual([false, true, true]);
    expect(news(times).rereadMs).toBe(60 * minute);
  });

  it('is known of a feed whose name every object knows', () => {
    const named = seen({ slug: 'constructor' });
    const times = nextTimes({}, null, named, 60 * minute);
    expect(nextTimes(times, named, named, 70 * minute)).toEqual({ constructor: news(nextTimes({}, null, seen({}), 60 * minute)) });
  });

  it('is from before that, where it has a history, which is to be read', () => {
    const times = nextTimes({}, null, seen({ historyMs: 30 * minute }), 60 * minute);
    expect([takes(news(times), 29 * minute), takes(news(times), 31 * minute)]).toEqual([false, true]);
    expect(news(times).rereadMs).toBeNull();
  });

  it('is not while it is closed, or out of the file', () => {
    const steps: [ReturnType<typeof seen>, number][] = [
      [seen({}), 0],
      [seen({ isOpen: false }), 10 * minute],
      [seen({}), 20 * minute],
      [seen(), 30 * minute],
      [seen({}), 40 * minute],
    ];
    let [times, before]: [Times, ReturnType<typeof seen> | null] = [{}, null];
    for (const [after, nowMs] of steps) [times, before] = [nextTimes(times, before, after, nowMs), after];
    expect([5, 15, 25, 35, 45].map((at) => takes(news(times), at * minute))).toEqual([true, false, true, false, true]);
  });

  it('is known from what was noted, after a restart, and a change of the file meanwhile counts', () => {
    const noted = nextTimes({}, null, seen({}), 0);
    expect(nextTimes(noted, null, seen({}), 50 * minute)).toEqual(noted);
    const closed = nextTimes(noted, null, seen({ isOpen: false }), 50 * minute);
    expect(takes(news(closed), 60 * minute)).toBe(false);
    expect(nextTimes(closed, null, seen({ isOpen: false }), 70 * minute)).toEqual(closed);
    expect(takes(news(nextTimes(closed, null, seen({}), 70 * minute)), 71 * minute)).toBe(true);
  });

  it('is followed by a reading of its channel where it comes back into the file: what was deleted meanwhile is still an entry', () => {
    const noted = nextTimes({}, null, seen({}), 0);
    const gone = nextTimes(noted, seen({}), seen(), 10 * minute);
    expect(news(gone).rereadMs).toBeNull();
    for (const isOpen of [true, false]) expect(news(nextTimes(gone, seen(), seen({ isOpen }), 20 * minute)).rereadMs).toBeNull();
    expect(news(nextTimes(gone, null, seen({}), 20 * minute)).rereadMs).toBeNull();
    const closed = nextTimes(noted, seen({}), seen({ isOpen: false }), 10 * minute);
    expect(news(nextTimes(closed, seen({ isOpen: false }), seen({}), 20 * minute)).rereadMs).toBe(0);
  });

  it('is left alone by a process that reads an older file', () => {
    const noted = nextTimes({}, null, seen({}), 0);
    expect(nextTimes(noted, seen(), seen(), 10 * minute)).toEqual(noted);
    const closed = nextTimes(noted, seen({}), seen({ isOpen: false }), 10 * minute);
    expect(nextTimes(closed, seen({}), seen({}), 11 * minute)).toEqual(closed);
    expect(takes(news(nextTimes(closed, seen({}), seen({}), 11 * minute)), 12 * minute)).toBe(false);
  });

  it('begins again where it publishes another channel', () => {
    const noted = nextTimes({}, null, seen({}), 0);
    const moved = nextTimes(noted, seen({}), seen({ channel: 'slack:C2' }), 60 * minute);
    expect(news(moved).channel).toBe('slack:C2');
    expect(takes(news(moved), 30 * minute)).toBe(false);
  });

  it('is to be read again from its beginning when it comes back into the file: nobody followed what was deleted meanwhile', () => {
    const noted = nextTimes({}, null, seen({}, { slug: 'other' }), 0);
    const gone = nextTimes(noted, seen({}, { slug: 'other' }), seen({ slug: 'other' }), 10 * minute);
    const back = nextTimes(gone, seen({ slug: 'other' }), seen({}, { slug: 'other' }), 20 * minute);
    expect([news(back).rereadMs, back['other']?.rereadMs]).toEqual([null, 0]);
    expect(takes(news(back), 15 * minute)).toBe(false);
    const goneAtStart = nextTimes(noted, null, seen({ slug: 'other' }), 10 * minute);
    expect([news(goneAtStart).rereadMs, goneAtStart['other']?.rereadMs]).toEqual([null, 0]);
    const closed = nextTimes(noted, seen({}, { slug: 'other' }), seen({ isOpen: false }, { slug: 'other' }), 10 * minute);
    expect(news(closed).rereadMs).toBe(0);
  });

  it('goes on where it publishes the channel of before again, which is read: its entries are there, and can be edited', () => {
    const noted = nextTimes({}, null, seen({}), 0);
    const moved = nextTimes(noted, seen({}), seen({ channel: 'slack:C2' }), 60 * minute);
    const back = nextTimes(moved, seen({ channel: 'slack:C2' }), seen({}), 120 * minute);
    expect(news(back)).toMatchObject({ channel: 'slack:C1', rereadMs: null });
    expect([30, 90, 150].map((at) => takes(news(back), at * minute))).toEqual([true, false, true]);
    const again = nextTimes(back, seen({}), seen({ channel: 'slack:C2', isOpen: false }), 180 * minute);
    expect([30, 90, 150, 210].map((at) => takes(news(again), at * minute))).toEqual([false, true, false, false]);
  });

  it('stays small, however often it is closed', () => {
    let times = nextTimes({}, null, seen({}), 0);
    for (let index = 0; index < 300; index += 1)
      times = nextTimes(times, seen({ isOpen: index % 2 === 1 }), seen({ isOpen: index % 2 === 0 }), index * minute);
    expect(news(times).closed).toHaveLength(100);
  });

  it('is looked at again only where the file changed something of it', () => {
    expect(isSame(seen({}), seen({ headline: 'Other' }))).toBe(true);
    for (const other of [seen({ isOpen: false }), seen({ historyMs: 5 }), seen({ channel: 'slack:C2' }), seen({}, { slug: 'b' }), seen()])
      expect(isSame(seen({}), other)).toBe(false);
    expect(isSame(null, seen())).toBe(false);
  });
});
