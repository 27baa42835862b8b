import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror, type Mirror } from '@watchpost/gallery/memory/mirror';
import { createSync } from '@watchpost/gallery/memory/sync';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import type { ChangeEvent, Fault, GalleryFeed, GalleryStore } from '@watchpost/gallery/store';
import { AppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { raceAbort } from '@watchpost/shared/wait';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { head, storedFace, storedPerson } from '../../support/gallery-samples.ts';
import { until } from '../../support/until.ts';

/** What a database holds, how often it was asked what, and how it answers. */
function fakeStore() {
  const asked = { head: 0, changes: 0, edits: 0, ids: 0, since: [] as number[] };
  const state = {
    asked,
    head: head({ version: 1, recent: [{ version: 1, id: 'c1' }] }),
    persons: [storedPerson('ada')],
    faces: [storedFace('a', 'ada')],
    faults: [] as Fault[],
    edited: [] as string[],
    size: 2,
    failures: 0,
    newer: false,
  };
  const store: GalleryStore = {
    head: async () => {
      asked.head += 1;
      if (state.newer) throw new AppError('database-newer', 'format 2');
      return state.head;
    },
    changes: async (since, _, visit) => {
      asked.changes += 1;
      asked.since.push(since);
      if (asked.changes <= state.failures) throw new Error('away');
      const isNew = ({ version }: { version: number }): boolean => version > since;
      visit({ persons: state.persons.filter(isNew), faces: state.faces.filter(isNew), pairs: [], faults: state.faults });
      return state.head;
    },
    commit: async () => 'conflict',
    crop: async () => null,
    faces: async (which) => ('ids' in which ? state.faces.filter(({ id }) => which.ids.includes(id)) : []),
    edits: async () => {
      asked.edits += 1;
      return { persons: state.persons.filter(({ id }) => state.edited.includes(id)), faceIds: [] };
    },
    ids: async (kind, visit) => {
      asked.ids += 1;
      visit(state[kind === 'person' ? 'persons' : 'faces'].map(({ id }) => id));
    },
    sizeHint: async () => state.size,
  };
  return Object.assign(state, { store });
}

describe('createSync', () => {
  const poll: GalleryFeed = { kind: 'poll', watch: async () => undefined };
  let state: ReturnType<typeof fakeStore>;
  let mirror: Mirror;
  let metrics: ReturnType<typeof createMetrics>;
  let lines: string[];
  let adopted: number;
  let close: () => Promise<void>;
  beforeEach(() => {
    state = fakeStore();
    mirror = createMirror(createExactIndex);
    metrics = createMetrics({ processMetrics: false });
    [lines, adopted] = [[], 0];
  });
  const create = (feed: GalleryFeed = poll, censusMs = 60_000) => {
    const log = createLogger('test', 'info', { write: (line: string) => void lines.push(line) });
    const adopt = async (): Promise<void> => {
      adopted += 1;
      state.edited = [];
    };
    const sync = createSync({
      store: state.store,
      feed,
      mirror,
      metrics: createGalleryMetrics(metrics),
      log,
      embeddings: true,
      pollMs: 5,
      censusMs,
      adopt,
    });
    close = () => sync.close();
    return sync;
  };
  const start = async (...args: Parameters<typeof create>) => {
    const sync = create(...args);
    sync.start();
    await sync.ready(AbortSignal.timeout(5_000));
    return sync;
  };
  const metric = async (name: string): Promise<string | undefined> =>
    (await metrics.scrape()).body
      .split('\n')
      .find((line) => line.startsWith(`watchpost_${name} `))
      ?.split(' ')
      .at(-1);
  afterEach(async () => {
    await close();
  });

  it('reads nothing until it is started', async () => {
    const sync = create();
    await new Promise((resolve) => setImmediate(resolve));
    expect([state.asked.changes, sync.isReady()]).toEqual([0, false]);
    sync.start();
    await sync.ready(AbortSignal.timeout(5_000));
    expect(state.asked.changes).toBe(1);
  });

  it('starts once, and not after it was closed', async () => {
    const timers = vi.spyOn(globalThis, 'setInterval');
    const sync = create();
    sync.start();
    sync.start();
    await sync.close();
    sync.start();
    expect(timers).toHaveBeenCalledTimes(1);
    timers.mockRestore();
  });

  it('retries while the database is down', async () => {
    state.failures = 3;
    await start();
    expect(state.asked.changes).toBe(4);
  });

  it('listens again after the feed broke', async () => {
    let watched = 0;
    const watch = async (): Promise<void> => {
      watched += 1;
      throw new Error('broken');
    };
    const sync = await start({ kind: 'push', watch });
    await until('it listened twice', async () => watched >= 2, 5_000);
    expect(sync.isReady()).toBe(true);
  });

  it('has the database’s clock, also when nothing was committed', async () => {
    const sync = await start();
    state.head = { ...state.head, nowMs: 77_000 };
    expect((await sync.catchUp()).nowMs).toBe(77_000);
    expect(mirror.head.nowMs).toBe(77_000);
    expect(state.asked.since).toEqual([0]);
  });

  it.each([
    ['another epoch', { epoch: 'other', version: 5, recent: [] }, 'database-replaced'],
    ['an earlier version', { version: 0, recent: [] }, 'database-went-back'],
    [
      'other commits at our version',
      { version: 2, recent: [1, 2].map((version) => ({ version, id: `x${version}` })) },
      'database-replaced',
    ],
    ['its commits so far', { version: 2, recent: [1, 2].map((version) => ({ version, id: `c${version}` })) }, null],
    ['too many commits to tell', { version: 99, recent: [98, 99].map((version) => ({ version, id: `x${version}` })) }, null],
  ])('with %s it reads what it must', async (_, over, reason) => {
    const sync = await start();
    // Gone with the history that it belonged to.
    state.persons = [storedPerson('bob', { version: 1 }), storedPerson('eve', { version: over.version })];
    state.head = head(over);
    await sync.catchUp();
    expect(state.asked.since).toEqual([0, reason === null ? 1 : 0]);
    expect(mirror.stored('ada') === null).toBe(reason !== null);
    if (reason !== null) expect((await metrics.scrape()).body).toContain(`watchpost_gallery_reloads_total{reason="${reason}"} 1`);
  });

  it('is not ready while a newer release keeps the gallery, and says so once', async () => {
    const sync = await start();
    state.newer = true;
    await until('it waits', () => !sync.isReady(), 5_000);
    await expect(sync.catchUp()).rejects.toMatchObject({ code: 'database-newer' });
    const polled = state.asked.head;
    await until('it asks again', () => state.asked.head > polled + 3, 5_000);
    expect(lines.filter((line) => line.includes('newer release'))).toHaveLength(1);
    state.newer = false;
    await sync.ready(AbortSignal.timeout(5_000));
    expect(state.asked.since).toEqual([0]);
  });

  it('logs and counts what cannot be read, once, until it is mended', async () => {
    state.faults = [{ kind: 'person', id: 'ada', problem: 'the name is a number' }];
    const sync = await start();
    const write = async (version: number): Promise<void> => {
      state.head = head({
        version,
        recent: [
          { version: version - 1, id: `c${version - 1}` },
          { version, id: `c${version}` },
        ],
      });
      state.persons = [storedPerson('ada', { version })];
      await sync.catchUp();
    };
    await write(2);
    expect(lines.filter((line) => line.includes('the name is a number'))).toHaveLength(1);
    expect((await metrics.scrape()).body).toContain('watchpost_gallery_faults{kind="person"} 1');
    state.faults = [];
    await write(3);
    expect((await metrics.scrape()).body).toContain('watchpost_gallery_faults{kind="person"} 0');
  });

  it('has edits by hand adopted', async () => {
    await start();
    state.edited = ['ada'];
    await until('they are adopted', () => adopted === 1, 5_000);
  });

  it('compares all ids when the database has shrunk, and stays ready', async () => {
    const sync = await start();
    const looked = state.asked.edits;
    await until('it has looked twice', () => state.asked.edits >= looked + 2, 5_000);
    expect(state.asked.ids).toBe(0);
    state.faces = [];
    state.size = 1;
    await until('the face is gone', () => mirror.face('a') === null, 5_000);
    expect([sync.isReady(), state.asked.since]).toEqual([true, [0]]);
  });

  it('compares all ids now and then, reads what is missing by its id, and stays ready', async () => {
    const sync = await start(poll, 20);
    state.faces = [...state.faces, storedFace('b', 'ada'), storedFace('unreadable', 'ada')];
    await until('the face is there', () => mirror.face('b') !== null, 5_000);
    expect([sync.isReady(), await metric('gallery_reloads_total')]).toEqual([true, undefined]);
    expect(state.asked.since.every((since, index) => since === 0 && index === 0)).toBe(true);
    state.persons = [];
    await until('the person is gone', () => mirror.stored('ada') === null, 5_000);
    expect(mirror.orphans()).toHaveLength(1);
    state.persons = [storedPerson('ada')];
    await until('the person is back as it was', () => mirror.orphans().length === 0, 5_000);
  });

  it('looks less often while the feed works, at once when it reports an edit, and more often once it breaks', async () => {
    const broken = new AbortController();
    let [watched, tell] = [0, (_: ChangeEvent): void => undefined];
    const watch: GalleryFeed['watch'] = async (onChange, onEstablished, signal) => {
      watched += 1;
      tell = onChange;
      if (watched === 1) onEstablished();
      await raceAbort(new Promise(() => undefined), watched === 1 ? AbortSignal.any([signal, broken.signal]) : signal);
    };
    await start({ kind: 'push', watch });
    await until('it polled ten times', () => state.asked.head >= 10, 5_000);
    const before = state.asked.edits;
    expect(before).toBeLessThanOrEqual(1);
    tell('edited');
    await until('it looked', () => state.asked.edits === before + 1, 5_000);
    const polled = state.asked.head;
    await until('it polled ten times more', () => state.asked.head >= polled + 10, 5_000);
    expect(state.asked.edits).toBe(before + 1);
    broken.abort();
    await until('it looks regularly', () => state.asked.edits > before + 3, 5_000);
  });
});
