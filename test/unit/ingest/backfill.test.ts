import { startBackfill, type BackfillOptions } from '@watchpost/ingest/platforms/slack/backfill/backfill';
import type { Window } from '@watchpost/ingest/platforms/slack/backfill/read-channel';
import { AppError } from '@watchpost/shared/errors';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { until } from '../../support/until.ts';

const now = 1_700_000_000_000;
const minute = 60_000;

/** A backfill that was started at `now`, and what it read. */
function started(over: Partial<BackfillOptions> = {}) {
  const read: ({ channel: string } & Window)[] = [];
  const logged: string[] = [];
  const stopping = new AbortController();
  const options: BackfillOptions = {
    channels: ['C0CAMS'],
    readChannel: async (channel, window) => {
      read.push({ channel, ...window });
      return { messages: 3, queued: 2, watched: 1, more: false };
    },
    newest: async () => now - 30 * minute,
    watched: async () => [],
    readFeedChannels: async () => undefined,
    receivedUntil: async () => null,
    identified: Promise.resolve(),
    maxAgeMs: 24 * 60 * minute,
    log: pino({ level: 'info' }, { write: (line: string) => void logged.push(line) }),
    metrics: createMetrics({ processMetrics: false }),
    now: () => now,
    times: { settleMs: 10, backoff: { firstMs: 10, maxMs: 10 } },
    ...over,
  };
  const backfill = startBackfill(options, stopping.signal);
  onTestFinished(() => stopping.abort());
  return { backfill, read, logged, stopping };
}
const pause = async (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('what was posted while nobody received it', () => {
  it('is read at start, from ten minutes before the newest snapshot that is known until now, and the log says how many', async () => {
    const it = started();
    await until('it is read', () => it.read.length === 1);
    const oldestMs = now - 40 * minute;
    expect(it.read).toEqual([{ channel: 'C0CAMS', oldestMs, latestMs: now + 5 * minute, threadsFromMs: oldestMs }]);
    await until('it is logged', () => it.logged.length > 0);
    expect(it.logged.join('')).toMatch(/"messages":3,"pictures":2/);
  });

  it.each([-4, 4])('is found whole by a clock that is %i minutes wrong', async (wrong) => {
    // The last snapshot before the outage, one at its very end, and one that came live and was taken before anybody asked.
    const posted = [now - 60 * minute, now - 1, now + 1];
    const it = started({
      now: () => now + wrong * minute,
      newest: async (_channel, beforeMs) => posted.findLast((atMs) => atMs < beforeMs) ?? null,
    });
    await until('it is read', () => it.read.length === 1);
    expect(it.read[0]!.oldestMs).toBeLessThan(now - 59 * minute);
    expect(it.read[0]!.latestMs).toBeGreaterThanOrEqual(now);
  });

  it('is asked about as of the start: what has come since says nothing about before', async () => {
    const asked: [string, number][] = [];
    const it = started({
      newest: async (channel, beforeMs) => {
        asked.push([channel, beforeMs]);
        return now;
      },
    });
    await until('it is read', () => it.read.length === 1);
    expect(asked).toEqual([['C0CAMS', now - 5 * minute]]);
  });

  it('is read no further back than a day, and not at all if nothing was ever known', async () => {
    const old = started({ newest: async () => now - 7 * 24 * 60 * minute });
    await until('it is read', () => old.read.length === 1);
    expect(old.read[0]?.oldestMs).toBe(now - 24 * 60 * minute);
    const never = started({ newest: async () => null });
    await pause(50);
    expect(never.read).toEqual([]);
  });

  it('is never read if that is switched off', async () => {
    const it = started({ maxAgeMs: 0 });
    it.backfill.onGap(now);
    await pause(50);
    expect(it.read).toEqual([]);
  });

  it('waits until it is known who we are', async () => {
    let identify = (): void => undefined;
    const it = started({ identified: new Promise((resolve) => (identify = resolve)) });
    await pause(30);
    expect(it.read).toEqual([]);
    identify();
    await until('it is read', () => it.read.length === 1);
  });

  it('is read again after a gap: once for all gaps noticed meanwhile, from the earliest on', async () => {
    const it = started();
    await until('the start is read', () => it.read.length === 1);
    for (const ago of [5, 20, 1]) it.backfill.onGap(now - ago * minute);
    await until('the gap is read', () => it.read.length === 2);
    expect(it.read[1]?.oldestMs).toBe(now - 30 * minute);
    await pause(50);
    expect(it.read).toHaveLength(2);
    it.backfill.onGap(now);
    await until('the next gap is read', () => it.read.length === 3);
    expect(it.read[2]?.oldestMs).toBe(now - 10 * minute);
  });

  it('is read again from as far back as before, where the queue may have lost what was fetched a moment ago', async () => {
    let nowMs = now;
    const it = started({ now: () => nowMs });
    const oldest = async (reads: number): Promise<number | undefined> => {
      await until('it is read', () => it.read.length === reads && it.backfill.isComplete());
      return it.read.at(-1)?.oldestMs;
    };
    expect(await oldest(1)).toBe(now - 40 * minute);
    it.backfill.onLoss(now - minute / 6);
    expect(await oldest(2)).toBe(now - 40 * minute);
    nowMs += 2 * minute;
    it.backfill.onLoss(nowMs - minute);
    expect(await oldest(3)).toBe(nowMs - 11 * minute);
    it.backfill.onGap(nowMs - 60 * minute);
    expect(await oldest(4)).toBe(nowMs - 70 * minute);
    it.backfill.onLoss(nowMs);
    expect(await oldest(5)).toBe(nowMs - 70 * minute);
    it.backfill.onGap(nowMs);
    expect(await oldest(6)).toBe(nowMs - 10 * minute);
  });

  it.each(['newest', 'readChannel'] as const)('is tried again from the same time on while %s fails', async (what) => {
    let failures = 3;
    const fail = async (): Promise<void> => {
      failures -= 1;
      if (failures >= 0) throw new AppError('queue-unavailable', 'away');
    };
    const read: number[] = [];
    const it = started({
      newest: async () => {
        if (what === 'newest') await fail();
        return now - 30 * minute;
      },
      readChannel: async (_, { oldestMs }) => {
        if (what === 'readChannel') await fail();
        read.push(oldestMs);
        return { messages: 0, queued: 0, watched: 0, more: false };
      },
    });
    await until('it is read', () => read.length === 1);
    expect(read).toEqual([now - 40 * minute]);
    expect(it.logged.filter((line) => line.includes('could not be fetched'))).toHaveLength(1);
  });

  it('is not read a second time at start where only another channel fails', async () => {
    let failures = 1;
    const read: string[] = [];
    started({
      channels: ['C0CAMS', 'C0CAMS2'],
      readChannel: async (channel) => {
        if (channel === 'C0CAMS2' && (failures -= 1) >= 0) throw new AppError('chat-unavailable', 'away');
        read.push(channel);
        return { messages: 0, queued: 0, watched: 0, more: false };
      },
    });
    await until('both are read', () => read.includes('C0CAMS2'));
    expect(read).toEqual(['C0CAMS', 'C0CAMS2']);
  });

  it('goes on with the other channels where one may not be read, and says what to do', async () => {
    const it = started({
      channels: ['C0CAMS', 'C0CAMS2'],
      readChannel: async (channel) => {
        if (channel === 'C0CAMS') throw new AppError('chat-not-authorised', 'conversations.history: missing_scope');
        it.read.push({ channel, oldestMs: 0, latestMs: 0, threadsFromMs: 0 });
        return { messages: 0, queued: 0, watched: 0, more: false };
      },
    });
    await until('the other one is read', () => it.read.length === 1);
    expect(it.logged.join('')).toMatch(/channels:history/);
    await pause(50);
    expect(it.read).toHaveLength(1);
  });
});

describe('what was said for the rules while nobody received it', () => {
  const silent = { newest: async () => null };

  it('is read at start in each channel with rules, from ten minutes before messages were last received, with threads of the week before', async () => {
    const it = started({ ...silent, watched: async () => ['C1', 'C0CAMS'], receivedUntil: async () => now - 20 * minute });
    await until('both are read', () => it.read.length === 2);
    const [oldestMs, latestMs] = [now - 30 * minute, now + 5 * minute];
    const threadsFromMs = oldestMs - 7 * 24 * 60 * minute;
    expect(it.read).toEqual(['C0CAMS', 'C1'].map((channel) => ({ channel, oldestMs, latestMs, threadsFromMs })));
    expect(it.logged.join('')).toMatch(/"watched":1/);
  });

  it('is read once together with pictures, from the earlier of the two times on', async () => {
    const it = started({ watched: async () => ['C0CAMS'], receivedUntil: async () => now - 45 * minute });
    await until('it is read', () => it.read.length === 1);
    await pause(50);
    expect(it.read.map(({ channel, oldestMs }) => [channel, oldestMs])).toEqual([['C0CAMS', now - 55 * minute]]);
  });

  it('is not read at start where nobody ever received for the rules, or no rule is about the channel', async () => {
    const never = started({ ...silent, watched: async () => ['C1'] });
    const other = started({ ...silent, receivedUntil: async () => now - 20 * minute });
    await pause(50);
    expect([never.read, other.read]).toEqual([[], []]);
  });

  it('is read after a gap in all channels that have rules then', async () => {
    let watched: string[] = [];
    const it = started({ watched: async () => watched, receivedUntil: async () => now - 20 * minute });
    await until('the start is read', () => it.read.length === 1);
    watched = ['C1', 'C2'];
    it.backfill.onGap(now - minute);
    await until('the gap is read', () => it.read.length === 4);
    expect(it.read.slice(1).map(({ channel, oldestMs }) => [channel, oldestMs])).toEqual(
      ['C0CAMS', 'C1', 'C2'].map((channel) => [channel, now - 11 * minute]),
    );
  });

  it('is complete only once the start and every gap have been read', async () => {
    let release = (): void => undefined;
    const it = started({
      readChannel: async () => {
        await new Promise<void>((resolve) => (release = resolve));
        return { messages: 0, queued: 0, watched: 0, more: false };
      },
    });
    await pause(30);
    expect(it.backfill.isComplete()).toBe(false);
    release();
    await until('the start is read', () => it.backfill.isComplete());
    it.backfill.onGap(now);
    expect(it.backfill.isComplete()).toBe(false);
    await pause(50);
    expect(it.backfill.isComplete()).toBe(false);
    release();
    await until('the gap is read', () => it.backfill.isComplete());
  });

  it('is not complete while the history cannot be read, nor if nothing is ever fetched', async () => {
    const failing = started({
      readChannel: async () => {
        throw new AppError('chat-unavailable', 'away');
      },
    });
    const off = started({ maxAgeMs: 0 });
    await pause(60);
    expect([failing.backfill.isComplete(), off.backfill.isComplete()]).toEqual([false, false]);
  });
});

describe('the channels of feeds', () => {
  it('are read at start and after each gap, and again while that fails, whatever becomes of the other channels', async () => {
    const asked: (number | null)[] = [];
    let failures = 2;
    const it = started({
      newest: async () => {
        throw new AppError('gallery-unavailable', 'away');
      },
      readFeedChannels: async (sinceMs) => {
        asked.push(sinceMs);
        failures -= 1;
        if (failures >= 0) throw new AppError('queue-unavailable', 'away');
      },
    });
    await until('it is tried again', () => asked.length >= 3);
    expect(it.backfill.isComplete()).toBe(false);

    const gaps: (number | null)[] = [];
    const other = started({ readFeedChannels: async (sinceMs) => void gaps.push(sinceMs) });
    await until('the start is read', () => other.backfill.isComplete());
    other.backfill.onGap(now - minute);
    await until('the gap is read', () => gaps.length === 2);
    expect(gaps).toEqual([null, now - minute]);
  });

  it('hold up no other channel', async () => {
    const it = started({ readFeedChannels: async () => Promise.reject(new AppError('chat-unavailable', 'away')) });
    await until('the others are read', () => it.read.length > 0);
    expect(it.backfill.isComplete()).toBe(false);
  });
});
