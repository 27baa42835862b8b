import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import { createSync } from '@watchpost/gallery/memory/sync';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import type { GalleryFeed, GalleryStore } from '@watchpost/gallery/store';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { raceAbort } from '@watchpost/shared/wait';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { until } from '../../support/until.ts';

/** A store whose first reads fail; counts the reads, the polls and the reconciliations. */
function fakeStore(failures: number): GalleryStore & { asked: () => number; polled: () => number; reconciled: () => number } {
  let [asked, polled, reconciled] = [0, 0, 0];
  const head = { version: 0, nextNumber: 1 };
  return {
    asked: () => asked,
    polled: () => polled,
    reconciled: () => reconciled,
    head: async () => {
      polled += 1;
      return head;
    },
    changes: async () => {
      asked += 1;
      if (asked <= failures) throw new Error('away');
      return head;
    },
    commit: async () => null,
    crop: async () => null,
    inventory: async () => {
      reconciled += 1;
      return { persons: [], faceIds: [] };
    },
  };
}

describe('createSync', () => {
  const poll: GalleryFeed = { kind: 'poll', watch: async () => undefined };
  let close: () => Promise<void>;
  const create = (store: GalleryStore, feed: GalleryFeed, pushMs = 5) => {
    const sync = createSync({
      store,
      feed,
      mirror: createMirror(createExactIndex),
      metrics: createGalleryMetrics(createMetrics({ processMetrics: false })),
      log: createLogger('test', 'silent'),
      embeddings: true,
      pollMs: 5,
      reconcileMs: { poll: 5, push: pushMs },
    });
    close = () => sync.close();
    return sync;
  };
  afterEach(async () => {
    await close();
  });

  it('reads nothing until it is started', async () => {
    const store = fakeStore(0);
    const sync = create(store, poll);
    await new Promise((resolve) => setImmediate(resolve));
    expect([store.asked(), sync.isReady()]).toEqual([0, false]);
    sync.start();
    await sync.ready(AbortSignal.timeout(5_000));
    expect(store.asked()).toBe(1);
  });

  it('starts once, and not after it was closed', async () => {
    const timers = vi.spyOn(globalThis, 'setInterval');
    const sync = create(fakeStore(0), poll);
    sync.start();
    sync.start();
    await sync.close();
    sync.start();
    expect(timers).toHaveBeenCalledTimes(1);
    timers.mockRestore();
  });

  it('retries while the database is down', async () => {
    const store = fakeStore(3);
    const sync = create(store, poll);
    sync.start();
    await sync.ready(AbortSignal.timeout(5_000));
    expect(store.asked()).toBe(4);
  });

  it('listens again after the feed broke', async () => {
    let watched = 0;
    const breaking: GalleryFeed = {
      kind: 'push',
      watch: async () => {
        watched += 1;
        throw new Error('broken');
      },
    };
    const sync = create(fakeStore(0), breaking);
    sync.start();
    await until('it listened twice', async () => watched >= 2, 5_000);
    expect(sync.isReady()).toBe(true);
  });

  it('reconciles less often while the feed works, and more often once it breaks', async () => {
    const broken = new AbortController();
    let watched = 0;
    const feed: GalleryFeed = {
      kind: 'push',
      watch: async (_, onEstablished, signal) => {
        watched += 1;
        if (watched === 1) onEstablished();
        await raceAbort(new Promise(() => undefined), watched === 1 ? AbortSignal.any([signal, broken.signal]) : signal);
      },
    };
    const store = fakeStore(0);
    create(store, feed, 60_000).start();
    await until('it polled ten times', () => store.polled() >= 10, 5_000);
    expect(store.reconciled()).toBe(0);
    broken.abort();
    await until('it reconciled', () => store.reconciled() > 0, 5_000);
  });
});
