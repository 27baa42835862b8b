import { createTransact, type Attempt } from '@watchpost/gallery/changes/transact';
import type { Head } from '@watchpost/gallery/domain';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import type { GalleryStore } from '@watchpost/gallery/store';
import { AppError } from '@watchpost/shared/errors';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { changeset, head, newPerson, storedPerson } from '../../support/gallery-samples.ts';

const never = new AbortController().signal;
const unavailable = () => new AppError('gallery-unavailable', 'the connection was lost');

/** What a commit does: is made or not, answers or not. */
type Commit = 'made' | 'conflict' | 'edited' | 'made, no answer' | 'not made, no answer' | 'not made yet, no answer' | 'refused';

/** A database of which every commit goes as told; the last way is repeated. */
function fakeDatabase(...ways: Commit[]) {
  let now: Head = head();
  let late: string | null = null;
  const mirror = createMirror(createExactIndex);
  const asked = { commits: 0, catchUps: 0, ids: [] as string[], edits: 0 };
  let away = 0;
  const add = (id: string, marks = 1): void => {
    for (let n = 0; n < marks; n += 1) {
      const version = now.version + 1;
      now = { ...now, version, recent: [...now.recent, { version, id: n === 0 ? id : `other ${version}` }].slice(-4) };
    }
  };
  const commit: GalleryStore['commit'] = async (base, _, id) => {
    const way = ways[Math.min(asked.commits, ways.length - 1)];
    asked.commits += 1;
    asked.ids.push(id);
    if (late !== null) {
      // The first one arrives before this one.
      add(late);
      late = null;
    }
    if (base.version !== now.version) return 'conflict';
    if (way === 'refused') throw new AppError('gallery-refused', 'NUL');
    if (way === 'conflict' || way === 'edited') return way;
    if (way === 'not made yet, no answer') late = id;
    if (way === 'made' || way === 'made, no answer') add(id);
    if (way === 'made') return now;
    away = 2;
    throw unavailable();
  };
  const edits: GalleryStore['edits'] = async () => {
    asked.edits += 1;
    return { persons: [storedPerson('by hand')], faceIds: [] };
  };
  const catchUp = async (): Promise<Head> => {
    asked.catchUps += 1;
    if (away > 0) {
      away -= 1;
      throw unavailable();
    }
    mirror.head = now;
    return now;
  };
  const store = { commit, edits } as Partial<GalleryStore> as GalleryStore;
  const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
  const transact = createTransact({ store, sync: { catchUp }, mirror, metrics });
  return {
    transact,
    mirror,
    asked,
    add,
    lose: (times: number) => void (away = times),
    replace: () => void (now = head({ epoch: 'other' })),
  };
}

const attempt = <T>(result: T, over: Partial<Attempt<T>> = {}): Attempt<T> => ({
  changeset: changeset({ persons: [newPerson('p')] }),
  result,
  ...over,
});

describe('a change', () => {
  it('is built again after a conflict', async () => {
    const { transact, asked } = fakeDatabase('conflict', 'made');
    let builds = 0;
    expect(await transact(() => attempt((builds += 1)), never)).toBe(2);
    expect(asked.commits).toBe(2);
  });

  it('is given up at its first conflict if it is optional', async () => {
    const { transact, asked } = fakeDatabase('conflict', 'made');
    let builds = 0;
    expect(await transact(() => attempt((builds += 1), { optional: true }), never)).toBe(1);
    expect(asked.commits).toBe(1);
  });

  it('may read before it is committed', async () => {
    const { transact } = fakeDatabase('made');
    const build = async (base: Head): Promise<Attempt<number>> => {
      await new Promise((resolve) => setImmediate(resolve));
      return attempt(base.version);
    };
    expect(await transact(build, never)).toBe(1);
  });

  it.each([
    ['decided', () => attempt(2)],
    [
      'refused',
      () => {
        throw new AppError('change-refused', 'there is no such person');
      },
    ],
  ])('is %s anew when everything was read again meanwhile', async (_what, decision) => {
    const { transact, mirror, asked } = fakeDatabase('made');
    let builds = 0;
    const build = async (): Promise<Attempt<number>> => {
      builds += 1;
      if (builds > 1) return attempt(1);
      await new Promise((resolve) => setImmediate(resolve));
      // What reading everything again begins with: for a moment nobody is there.
      mirror.clear();
      return decision();
    };
    expect(await transact(build, never)).toBe(1);
    expect([builds, asked.commits]).toEqual([2, 1]);
  });

  it('is made once when the answer was lost', async () => {
    const { transact, asked } = fakeDatabase('made, no answer', 'made');
    expect(await transact(() => attempt('done'), never)).toBe('done');
    expect(asked.commits).toBe(1);
  });

  it('is made again when it was lost with the answer', async () => {
    const { transact, asked } = fakeDatabase('not made, no answer', 'made');
    expect(await transact(() => attempt('done'), never)).toBe('done');
    expect(asked.commits).toBe(2);
    expect(new Set(asked.ids).size).toBe(2);
  });

  it('is made once when it arrives late, after everybody thought it lost', async () => {
    const { transact, asked } = fakeDatabase('not made yet, no answer', 'made');
    let builds = 0;
    expect(await transact(() => attempt((builds += 1)), never)).toBe(1);
    expect(asked.commits).toBe(2);
  });

  it('is made when others have committed meanwhile', async () => {
    const database = fakeDatabase('not made, no answer', 'made');
    let builds = 0;
    const build = (): Attempt<number> => {
      if (builds === 0) setImmediate(() => database.add('theirs'));
      return attempt((builds += 1));
    };
    expect(await database.transact(build, never)).toBe(2);
  });

  it('fails at once where the database will never take it', async () => {
    const { transact, asked } = fakeDatabase('refused');
    await expect(transact(() => attempt('done'), never)).rejects.toMatchObject({ code: 'gallery-refused' });
    expect(asked.commits).toBe(1);
  });

  it.each([
    ['more was committed since than the head names', (database: ReturnType<typeof fakeDatabase>) => database.add('theirs', 9)],
    ['the database was replaced', (database: ReturnType<typeof fakeDatabase>) => database.replace()],
  ])('fails, and says that it may have been made, when %s', async (_, meanwhile) => {
    const database = fakeDatabase('made, no answer');
    setTimeout(() => meanwhile(database), 20);
    await expect(database.transact(() => attempt('done'), never)).rejects.toMatchObject({
      code: 'gallery-unavailable',
      message: expect.stringContaining('did not say whether'),
    });
  });

  it('comes after what was edited by hand', async () => {
    const { transact, asked } = fakeDatabase('edited', 'made');
    let builds = 0;
    expect(await transact(() => attempt((builds += 1)), never)).toBe(2);
    // Its first attempt, the adoption, and again.
    expect(asked).toMatchObject({ commits: 3, edits: 1 });
  });

  it('ends when somebody edits what it touches again and again', async () => {
    const { transact } = fakeDatabase('edited');
    await expect(transact(() => attempt('done'), never)).rejects.toMatchObject({ code: 'gallery-unavailable' });
  });
});

describe('a database that does not come back', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is asked for some seconds, then the change fails and says that it may have been made', async () => {
    const database = fakeDatabase('made, no answer');
    const outcome = database.transact(() => attempt('done'), never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(0);
    database.lose(Infinity);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await outcome).toMatchObject({ code: 'gallery-unavailable', message: expect.stringContaining('did not say whether') });
    expect(database.asked.catchUps).toBeGreaterThan(20);
  });

  it('fails every time: the change ends with its own error once the head says that it was not made', async () => {
    const database = fakeDatabase('not made, no answer');
    const outcome = database.transact(() => attempt('done'), never).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await outcome).toMatchObject({ code: 'gallery-unavailable', message: 'the connection was lost' });
  });
});
