import { followTimes, type FollowedTimes } from '@watchpost/ingest/feeds/follow-times';
import type { Feed } from '@watchpost/feeds/feed';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { feedOf } from '../../../support/feed-samples.ts';
import { createMemoryDocuments } from '../../../support/memory-documents.ts';
import { until } from '../../../support/until.ts';

const never = new AbortController().signal;
const minute = 60_000;

interface Over {
  documents?: DocumentStore;
  fails?: () => boolean;
  isConfigured?: boolean;
}

function followed({ documents = createMemoryDocuments(), fails = () => false, isConfigured = true }: Over = {}) {
  const it = { feeds: [] as Feed[], nowMs: 1_000 * minute, logged: [] as string[], documents };
  const stopping = new AbortController();
  onTestFinished(() => stopping.abort());
  const database = {
    isConfigured,
    opened: async () => {
      if (fails()) throw new AppError('gallery-unavailable', 'away');
      return { documents: it.documents } as never;
    },
  };
  const log = pino({ level: 'info' }, { write: (line: string) => void it.logged.push(line) });
  const options = { feeds: { all: () => it.feeds }, database, log, now: () => it.nowMs, everyMs: 2 };
  const times: FollowedTimes = followTimes(options, stopping.signal);
  return Object.assign(it, { times });
}

describe('when feeds were open', () => {
  it('is noted as the file changes, and known to every process', async () => {
    const one = followed();
    one.feeds = [feedOf()];
    await one.times.ready(never);
    expect(one.times.takes(feedOf(), one.nowMs - minute)).toBe(false);
    one.nowMs += 10 * minute;
    one.feeds = [feedOf({ isOpen: false })];
    await until('it is closed', () => !one.times.takes(feedOf(), one.nowMs + minute));

    const two = followed({ documents: one.documents });
    two.nowMs = one.nowMs + 60 * minute;
    two.feeds = [feedOf({ isOpen: false })];
    await two.times.ready(never);
    expect([995, 1_005, 1_015].map((at) => two.times.takes(feedOf(), at * minute))).toEqual([false, true, false]);
  });

  it('is what the file says, until it is known', async () => {
    let isAway = true;
    let tries = 0;
    const it = followed({ fails: () => isAway && (tries += 1) > 0 });
    it.feeds = [feedOf({ historyMs: 60 * minute })];
    expect(it.times.takes(feedOf(), 0)).toBe(true);
    expect(it.times.takes(feedOf({ isOpen: false }), 0)).toBe(false);
    await until('it is tried again', () => tries > 3);
    isAway = false;
    await it.times.ready(never);
    expect(it.logged).toHaveLength(1);
    expect(it.times.takes(feedOf(), 0)).toBe(false);
  });

  it('keeps when a channel was read again', async () => {
    const it = followed();
    it.feeds = [feedOf({ historyMs: minute })];
    await it.times.ready(never);
    expect(it.times.of(feedOf())?.rereadMs).toBeNull();
    await it.times.noteReread(feedOf(), 7, never);
    await it.times.noteReread(feedOf(), 5, never);
    expect(it.times.of(feedOf())?.rereadMs).toBe(7);
    expect(it.times.of(feedOf({ channel: 'slack:C2' }))).toBeNull();
  });

  it('needs no database where there are no feeds, and no document', async () => {
    const it = followed();
    await it.times.ready(never);
    const { document } = await it.documents.get('intake', 'feeds', never);
    expect(document).toBeNull();
    const without = followed({ isConfigured: false, fails: () => true });
    without.feeds = [feedOf()];
    expect(without.times.takes(feedOf(), 0)).toBe(true);
    expect(without.logged).toEqual([]);
  });
});
