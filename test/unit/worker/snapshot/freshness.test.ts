import { backfilledRank, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createFreshness, isToBeSkipped, type Freshness } from '@watchpost/worker/snapshot/freshness';
import { describe, expect, it } from 'vitest';
import { snapshotJob } from '../../../support/factories.ts';

const minute = 60_000;

describe('whether a snapshot is skipped', () => {
  it.each([
    ['younger than the budget, in a long queue', 9 * minute, { waiting: 100_000, running: 4, meanMs: 400 }, false],
    ['older, in a queue that takes longer than the budget', 11 * minute, { waiting: 6_001, running: 4, meanMs: 400 }, true],
    ['older, in one that does not: after an outage', 60 * minute, { waiting: 6_000, running: 4, meanMs: 400 }, false],
    ['older, in that long queue with more workers', 11 * minute, { waiting: 6_001, running: 8, meanMs: 400 }, false],
    ['older, where nothing was measured', 60 * minute, { waiting: 100_000, running: 4, meanMs: null }, false],
    ['older, where nothing seems to run', 60 * minute, { waiting: 100_000, running: 0, meanMs: 400 }, true],
  ] as const)('%s', (_, ageMs, backlog, skip) => expect(isToBeSkipped(ageMs, backlog, 10 * minute)).toBe(skip));
});

describe('asking the queue', () => {
  let now = 0;
  const build = (counted: () => Promise<{ waiting: number; running: number }>, budgetMs = 10 * minute) => {
    const asked: unknown[] = [];
    const waitingBefore = async (...given: unknown[]) => {
      asked.push(given);
      return counted();
    };
    now = 100 * minute;
    const freshness = createFreshness({ budgetMs, backlog: { waitingBefore } }, () => now);
    for (let index = 0; index < 5; index += 1) freshness.worked(1_000);
    return { asked, freshness };
  };
  const ask = async (freshness: Freshness, ageMs: number, over: Partial<SnapshotJob> = {}) =>
    freshness.isToBeSkipped(snapshotJob({ takenAtMs: now - ageMs, ...over }));
  const long = async () => ({ waiting: 10_000, running: 1 });

  it('is done about old live snapshots only, and about those before the fetched ones', async () => {
    const { asked, freshness } = build(long);
    expect(await ask(freshness, 5 * minute)).toBe(false);
    expect(await ask(freshness, 50 * minute, { rank: backfilledRank })).toBe(false);
    expect(asked).toEqual([]);
    expect(await ask(freshness, 50 * minute, { rank: backfilledRank - 1 })).toBe(true);
    expect(asked).toEqual([['snapshot', backfilledRank]]);
  });

  it('is not done for each snapshot, and those skipped meanwhile no longer wait', async () => {
    const { asked, freshness } = build(async () => ({ waiting: 602, running: 1 }));
    expect([await ask(freshness, 50 * minute), await ask(freshness, 50 * minute), await ask(freshness, 50 * minute)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(asked).toHaveLength(1);
    now += 251;
    expect(await ask(freshness, 50 * minute)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it('skips nothing while the queue does not answer, while nothing was measured, and where it is turned off', async () => {
    const away = build(async () => Promise.reject(new Error('away')));
    expect(await ask(away.freshness, 50 * minute)).toBe(false);
    const unmeasured = createFreshness({ budgetMs: minute, backlog: { waitingBefore: long } }, () => now);
    for (let index = 0; index < 4; index += 1) unmeasured.worked(1_000);
    expect(await ask(unmeasured, 50 * minute)).toBe(false);
    unmeasured.worked(1_000);
    expect(await ask(unmeasured, 50 * minute)).toBe(true);
    expect(await ask(build(long, 0).freshness, 50 * minute)).toBe(false);
  });

  it('believes the last 50 measurements', async () => {
    const { freshness } = build(async () => ({ waiting: 1_000, running: 1 }));
    expect(await ask(freshness, 50 * minute)).toBe(true);
    for (let index = 0; index < 50; index += 1) freshness.worked(100);
    now += 1_000;
    expect(await ask(freshness, 50 * minute)).toBe(false);
  });
});

interface Waiting {
  camera: string;
  rank: number;
  takenAtMs: number;
  order: number;
}

/** Two workers with four slots each, half a second for each snapshot: 16 a second. Cameras take turns, as ingest ranks them. */
function createFlood(budgetMs: number) {
  const slots = 8;
  const tookMs = 500;
  let nowMs = 1_000_000_000;
  let order = 0;
  let queue: Waiting[] = [];
  const last = new Map<string, number>();
  const ended: (Waiting & { outcome: 'done' | 'skipped'; ageMs: number })[] = [];
  const backlog = { waitingBefore: async () => ({ waiting: queue.length, running: slots }) };
  const workers = [0, 1].map(() => createFreshness({ budgetMs, backlog }, () => nowMs));
  const post = (camera: string, ageMs = 0): void => {
    const lowest = queue.length === 0 ? 0 : Math.min(...queue.map(({ rank }) => rank));
    const waits = queue.some((each) => each.camera === camera);
    const rank = waits ? (last.get(camera) ?? 0) + 1 : lowest;
    last.set(camera, rank);
    order += 1;
    queue.push({ camera, rank, takenAtMs: nowMs - ageMs, order });
  };
  /** Half a second: each slot ends one snapshot, and skips what it may before that. */
  const step = async (): Promise<void> => {
    queue = queue.toSorted((a, b) => a.rank - b.rank || a.order - b.order);
    for (let slot = 0; slot < slots; slot += 1) {
      const freshness = workers[slot % 2]!;
      for (let taken = queue.shift(); taken; taken = queue.shift()) {
        const { camera, takenAtMs } = taken;
        const skip = await freshness.isToBeSkipped(snapshotJob({ camera, takenAtMs }));
        ended.push({ ...taken, outcome: skip ? 'skipped' : 'done', ageMs: nowMs - takenAtMs });
        if (skip) continue;
        freshness.worked(tookMs);
        break;
      }
    }
    nowMs += tookMs;
  };
  return { post, step, ended, waiting: () => queue.length, sent: () => order };
}

describe('a flood', () => {
  it('by one camera costs it its oldest snapshots, and no other camera any; each snapshot has one outcome', async () => {
    const flood = createFlood(minute);
    for (let half = 0; half < 4 * 120; half += 1) {
      // For four minutes 40 a second of the busy camera, and of each of two quiet ones one in five seconds.
      for (let index = 0; index < 20; index += 1) flood.post('busy');
      if (half % 5 === 0) flood.post(half % 2 === 0 ? 'Gate' : 'Yard');
      await flood.step();
    }
    const during = flood.ended.length;
    while (flood.waiting() > 0) await flood.step();

    expect(flood.ended).toHaveLength(flood.sent());
    const skipped = flood.ended.filter(({ outcome }) => outcome === 'skipped');
    expect(new Set(skipped.map(({ camera }) => camera))).toEqual(new Set(['busy']));
    expect(skipped.length).toBeGreaterThan(4_000);
    expect(Math.min(...skipped.map(({ ageMs }) => ageMs))).toBeGreaterThan(minute);
    // What was done during the flood was hardly older than the budget, and the quiet cameras waited for one turn.
    const done = flood.ended.slice(0, during).filter(({ outcome }) => outcome === 'done');
    expect(Math.max(...done.map(({ ageMs }) => ageMs))).toBeLessThan(1.1 * minute);
    expect(Math.max(...done.filter(({ camera }) => camera !== 'busy').map(({ ageMs }) => ageMs))).toBeLessThanOrEqual(1_000);
    // The newest are kept: no more is skipped once what waits can be done in time.
    expect(Math.max(...skipped.map(({ order }) => order))).toBeLessThan(flood.sent() - 900);
  });

  it('of an hour ago, after an outage, is worked off if that takes no longer than the budget', async () => {
    const flood = createFlood(minute);
    for (let index = 0; index < 900; index += 1) flood.post(`Camera ${index % 9}`, 60 * minute);
    while (flood.waiting() > 0) await flood.step();
    expect(flood.ended.filter(({ outcome }) => outcome === 'skipped')).toEqual([]);
  });
});
