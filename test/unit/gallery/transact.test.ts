import { createTransact } from '@watchpost/gallery/changes/transact';
import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createMirror } from '@watchpost/gallery/memory/mirror';
import type { Sync } from '@watchpost/gallery/memory/sync';
import { createGalleryMetrics } from '@watchpost/gallery/metrics';
import type { GalleryStore } from '@watchpost/gallery/store';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { expect, it } from 'vitest';

const never = new AbortController().signal;
const head = { version: 1, nextNumber: 1 };

/** Makes a change, of which the first commit conflicts; resolves to its result and the number of commits. */
async function transactOnce(optional: boolean): Promise<{ result: number; commits: number }> {
  let commits = 0;
  const store = { commit: async () => ((commits += 1) === 1 ? null : head) } as Partial<GalleryStore> as GalleryStore;
  const sync = { catchUp: async () => head } as Partial<Sync> as Sync;
  const metrics = createGalleryMetrics(createMetrics({ processMetrics: false }));
  const transact = createTransact({ store, sync, mirror: createMirror(createExactIndex), metrics });
  let builds = 0;
  const result = await transact(() => ({ changeset: { persons: [], faces: [] }, result: (builds += 1), optional }), never);
  return { result, commits };
}

it('builds a change again after a conflict', async () => {
  expect(await transactOnce(false)).toEqual({ result: 2, commits: 2 });
});

it('gives up an optional change at its first conflict', async () => {
  expect(await transactOnce(true)).toEqual({ result: 1, commits: 1 });
});
