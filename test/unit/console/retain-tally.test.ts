import { createTally } from '@watchpost/console/people/tally';
import { tallyNow } from '@watchpost/console/people/person-row';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describe, expect, it, vi } from 'vitest';

const never = new AbortController().signal;
type Deps = Parameters<typeof createTally>[0];
type Opened = Awaited<ReturnType<Deps['database']['opened']>>;
type Stores = Pick<Opened['database'], 'sightings' | 'overview'>;

const seen = new Map([['p1', { atMs: 5, channel: 'slack:C1', camera: null }]]);

/** A tally over these stores, of which nothing else is asked. */
function tallyOver({ counts }: { counts: Stores['overview']['counts'] }) {
  const database = { sightings: { lastSeen: async () => seen }, overview: { counts } } as unknown as Opened['database'];
  const opened = { database } as unknown as Opened;
  const log = createLogger('test', 'silent');
  return { database, tally: createTally({ database: { opened: async () => opened }, stopping: never, log } as unknown as Deps) };
}

describe('the tally of people', () => {
  it('says when everybody was seen before everybody is counted, and counts those who are shown', async () => {
    let end: (counts: Map<string, number>) => void = () => undefined;
    const counting = new Promise<Map<string, number>>((resolve) => {
      end = resolve;
    });
    const asked: unknown[] = [];
    const { tally, database } = tallyOver({
      counts: async (ids) => {
        asked.push(ids);
        return ids ? new Map(ids.map((id) => [id, 2])) : counting;
      },
    });
    const first = await tally.now(never);
    expect(first).toMatchObject({ lastSeen: seen, counts: null });
    const mirror = { idsOf: (id: string) => [id, `${id} before`] } as unknown as Parameters<typeof tallyNow>[0]['mirror'];
    const persons = [{ id: 'p1' }] as unknown as Parameters<typeof tallyNow>[1];
    expect((await tallyNow({ mirror, database }, persons, first, never)).counts).toEqual(
      new Map([
        ['p1', 2],
        ['p1 before', 2],
      ]),
    );
    end(new Map([['p1', 9]]));
    const all = await tally.counted(never);
    expect(all.counts).toEqual(new Map([['p1', 9]]));
    expect(all.reading).toBeGreaterThan(first.reading);
    expect(await tally.now(never)).toBe(all);
    await tallyNow({ mirror, database }, persons, all, never);
    expect(asked).toEqual([null, ['p1', 'p1 before']]);
  });

  it('is read anew after it could not be read', async () => {
    let tries = 0;
    const { tally } = tallyOver({
      counts: async () => {
        tries += 1;
        if (tries === 1) throw new AppError('gallery-unavailable', 'away');
        return new Map();
      },
    });
    await expect(tally.counted(never)).rejects.toMatchObject({ code: 'gallery-unavailable' });
    expect((await tally.counted(never)).counts).toEqual(new Map());
  });

  it('is not as old as the last question after a quiet time, and not waited for long', async () => {
    vi.useFakeTimers();
    try {
      let readings = 0;
      let delayMs = 20;
      const { tally } = tallyOver({
        counts: async () => {
          readings += 1;
          const seen = new Map([['p1', readings]]);
          await new Promise((resolve) => {
            setTimeout(resolve, delayMs);
          });
          return seen;
        },
      });
      const asked = async (): Promise<number | undefined> => {
        const answer = tally.now(never);
        await vi.advanceTimersByTimeAsync(400);
        return (await answer).counts?.get('p1');
      };
      await vi.advanceTimersByTimeAsync(100);
      expect(await asked()).toBe(1);
      await vi.advanceTimersByTimeAsync(240_000);
      expect(await asked()).toBe(2);
      delayMs = 10_000;
      await vi.advanceTimersByTimeAsync(240_000);
      // The database takes long: what is known must do.
      expect(await asked()).toBe(2);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(await asked()).toBe(3);
    } finally {
      vi.useRealTimers();
    }
  });
});
