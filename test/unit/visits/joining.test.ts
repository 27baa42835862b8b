import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { createVisits, type JoiningSnapshot, type Visits } from '@watchpost/visits/visits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';
import { joining, startMs } from '../../support/visit-samples.ts';

const never = new AbortController().signal;
const settings = { visitWindowMs: 90_000, visitLongestMs: 600_000 };
const camera = { channel: 'slack:C1', camera: 'Front door' } as const;

const join = (visits: Visits, snapshot: JoiningSnapshot, over: Partial<typeof settings> = {}) =>
  visits.join(snapshot, { ...settings, ...over }, new AbortController().signal);

/** The groups that snapshots at these seconds have come to, joined one after the other. */
async function groupsOf(visits: Visits, seconds: readonly number[]): Promise<number[][]> {
  for (const each of seconds) await join(visits, joining(each));
  return stored(visits);
}

/** All visits as seconds after the start, by time. */
async function stored(visits: Visits): Promise<number[][]> {
  const all = await visits.during({ fromMs: 0, beforeMs: Number.MAX_SAFE_INTEGER }, never);
  return all.map(({ snapshots }) => snapshots.map(({ takenAtMs }) => (takenAtMs - startMs) / 1_000)).sort(([a = 0], [b = 0]) => a - b);
}

describe('a snapshot joins a visit', () => {
  it('within the window of the last snapshot, and begins a new one after it', async () => {
    const visits = createVisits(createMemoryDocuments());
    expect(await groupsOf(visits, [0, 80, 170, 261])).toEqual([[0, 80, 170], [261]]);
  });

  it('as long as the visit does not grow too long', async () => {
    const visits = createVisits(createMemoryDocuments());
    expect(await groupsOf(visits, [0, 90, 180, 270, 360, 450, 540, 600, 601])).toEqual([[0, 90, 180, 270, 360, 450, 540, 600], [601]]);
  });

  it('of its own camera only, and without a camera of its channel', async () => {
    const visits = createVisits(createMemoryDocuments());
    const one = await join(visits, joining(0));
    const others = [
      await join(visits, joining(1, { camera: 'Yard' })),
      await join(visits, joining(2, { camera: null })),
      await join(visits, joining(3, { channel: 'slack:C2', camera: null })),
    ];
    expect(new Set([one, ...others].map(({ id }) => id)).size).toBe(4);
    expect((await join(visits, joining(4, { camera: null }))).id).toBe(others[1]?.id);
  });

  it('is the same visit when it is joined twice, and stored once', async () => {
    const visits = createVisits(createMemoryDocuments());
    const first = await join(visits, joining(0));
    await join(visits, joining(60));
    const again = await join(visits, joining(0));
    expect([again.id, again.revision]).toEqual([first.id, 2]);
    expect(again.snapshots.map(({ snapshotId }) => snapshotId)).toEqual(['s0', 's60']);
    // Even where the settings have changed since.
    expect((await join(visits, joining(60), { visitWindowMs: 1_000 })).id).toBe(first.id);
  });

  it('fills an old visit when it comes late, but never joins two', async () => {
    const visits = createVisits(createMemoryDocuments());
    expect(await groupsOf(visits, [0, 150, 75, 70, 120])).toEqual([
      [0, 70, 75],
      [120, 150],
    ]);
  });

  it('begins no visit inside of another one', async () => {
    const visits = createVisits(createMemoryDocuments());
    await groupsOf(visits, [0, 89]);
    expect((await join(visits, joining(45), { visitWindowMs: 1, visitLongestMs: 1 })).snapshots).toHaveLength(3);
  });

  it('has an id that fits a button', async () => {
    const { id } = await join(createVisits(createMemoryDocuments()), joining(0));
    expect(id).toMatch(/^[0-9a-f]{20}$/);
  });
});

/** Answers late, by turns of the event loop that a random number tells. */
function dawdling(documents: DocumentStore, steps: () => number): DocumentStore {
  const wait = async (): Promise<void> => {
    for (let left = steps(); left > 0; left -= 1) await Promise.resolve();
  };
  return {
    ...documents,
    get: async (...args) => (await wait(), documents.get(...args)),
    put: async (...args) => (await wait(), documents.put(...args)),
  };
}

/** Dies at each of these writes: before it, or after it is done. */
function dying(documents: DocumentStore, at: ReadonlySet<number>): DocumentStore {
  let writes = 0;
  return {
    ...documents,
    put: async (document, signal) => {
      writes += 1;
      if (at.has(writes) && writes % 2 === 0) throw new AppError('gallery-unavailable', 'killed before the write');
      const done = await documents.put(document, signal);
      if (at.has(writes)) throw new AppError('gallery-unavailable', 'killed after the write');
      return done;
    },
  };
}

const seconds = fc.uniqueArray(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 40 });

/** Snapshots in the order in which they were taken, the usual way. */
function inOrder(taken: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const each of taken.toSorted((a, b) => a - b)) {
    const last = groups.at(-1);
    if (last && each - last.at(-1)! <= 90 && each - last[0]! <= 600) last.push(each);
    else groups.push([each]);
  }
  return groups;
}

describe('visits, whatever the order', () => {
  it('are those of the window and the longest time where snapshots come in order', () =>
    fc.assert(
      fc.asyncProperty(seconds, async (taken) => {
        const groups = await groupsOf(
          createVisits(createMemoryDocuments()),
          taken.toSorted((a, b) => a - b),
        );
        expect(groups).toEqual(inOrder(taken));
      }),
      { numRuns: 100 },
    ));

  it('are the same in any order where no doubt is possible: bursts shorter than the window, farther apart than it', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 90 }), { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 6 }),
        fc.infiniteStream(fc.nat(1_000)),
        async (bursts, random) => {
          const taken = bursts.flatMap((burst, index) => burst.map((second) => index * 200 + second));
          const shuffled = taken.map((second) => ({ second, at: random.next().value ?? 0 })).sort((a, b) => a.at - b.at);
          const groups = await groupsOf(
            createVisits(createMemoryDocuments()),
            shuffled.map(({ second }) => second),
          );
          expect(groups).toEqual(inOrder(taken));
        },
      ),
      { numRuns: 100 },
    ));

  it('hold each snapshot once, never overlap and are never too long, with several workers at once, kills and repetitions', () =>
    fc.assert(
      fc.asyncProperty(
        seconds,
        fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 20 }),
        fc.infiniteStream(fc.nat(6)),
        async (taken, deaths, random) => {
          const documents = dying(
            dawdling(createMemoryDocuments(), () => random.next().value ?? 0),
            new Set(deaths),
          );
          const visits = createVisits(documents);
          const ids = new Map<number, string>();
          const work = async (second: number): Promise<void> => {
            for (;;) {
              try {
                ids.set(second, (await join(visits, joining(second))).id);
                return;
              } catch (error) {
                if (!(error instanceof AppError) || error.code !== 'gallery-unavailable') throw error;
              }
            }
          };
          await Promise.all([...taken, ...taken.slice(0, 5)].map((second) => work(second)));
          const groups = await stored(visits);
          expect(groups.flat()).toEqual(taken.toSorted((a, b) => a - b));
          for (const group of groups) expect(group.at(-1)! - group[0]!).toBeLessThanOrEqual(600);
          for (const second of taken) expect((await join(visits, joining(second))).id).toBe(ids.get(second));
        },
      ),
      { numRuns: 60 },
    ));
});

describe('a snapshot of long ago', () => {
  it('finds its visit again after hundreds of others, and is found by its moment', async () => {
    let nowMs = startMs;
    const visits = createVisits(createMemoryDocuments(() => nowMs));
    const first = await join(visits, joining(0));
    for (let each = 1; each <= 120; each += 1) {
      nowMs += 200_000;
      await join(visits, joining(each * 200));
    }
    expect((await join(visits, joining(60))).id).toBe(first.id);
    expect((await join(visits, joining(0))).id).toBe(first.id);
    expect((await visits.ofSnapshot(joining(60), never))?.id).toBe(first.id);
    expect(await visits.ofSnapshot(joining(61), never)).toBeNull();
    expect(await visits.ofSnapshot(joining(60, { camera: 'Yard' }), never)).toBeNull();
  });

  it('keeps the camera’s document small', async () => {
    let nowMs = startMs;
    const documents = createMemoryDocuments(() => nowMs);
    const visits = createVisits(documents);
    for (let each = 0; each <= 120; each += 1) {
      nowMs += 200_000;
      await join(visits, joining(each * 200));
    }
    const [shelf] = await documents.find({ kind: 'camera-visits', order: 'newest', limit: 10 }, never);
    expect(JSON.stringify(shelf?.body).length).toBeLessThan(6_000);
  });
});

describe('stored visits', () => {
  it('are kept for so long after their last snapshot', async () => {
    let nowMs = startMs;
    const documents = createMemoryDocuments(() => nowMs);
    const visits = createVisits(documents, { keepMs: 1_000_000 });
    const { id } = await join(visits, joining(50));
    nowMs = startMs + 1_049_000;
    await documents.expire(never);
    expect(await visits.get(id, never)).not.toBeNull();
    nowMs = startMs + 1_051_000;
    await documents.expire(never);
    expect(await visits.get(id, never)).toBeNull();
  });

  it('refuse to be overwritten', async () => {
    const visits = createVisits(createMemoryDocuments());
    const visit = await join(visits, joining(0));
    const saved = await visits.save({ ...visit, verdict: 'post' }, never);
    expect(saved).toMatchObject({ verdict: 'post', revision: 2 });
    await expect(visits.save({ ...visit, verdict: 'digest' }, never)).rejects.toMatchObject({ code: 'document-conflict' });
    expect(await visits.recent({ ...camera, limit: 5 }, never)).toEqual([saved]);
  });
});
