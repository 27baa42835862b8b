import { randomInt } from 'node:crypto';
import { pause, raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Changeset, Head } from '../domain.ts';
import type { Sync } from '../memory/sync.ts';
import { createMutex } from '../memory/concurrency.ts';

/**
 * Builds a change from the mirror as of `base`; called again after each conflict. No changeset: there is nothing to do. `optional`:
 * not worth a second attempt. Runs synchronously.
 */
export type Build<T> = (base: Head) => { changeset: Changeset | null; result: T; optional?: boolean };

export type Transact = <T>(build: Build<T>, signal: AbortSignal) => Promise<T>;

/**
 * Changes the gallery optimistically: read everything committed so far, decide, and commit; if another process has committed meanwhile, start over.
 * One change at a time per process, so that only processes compete with each other, not the jobs within one.
 */
export function createTransact(deps: { store: GalleryStore; sync: Sync; mirror: Mirror; metrics: GalleryMetrics }): Transact {
  const { store, sync, mirror, metrics } = deps;
  const oneAtATime = createMutex();
  return (build, signal) =>
    oneAtATime(async () => {
      for (let conflicts = 0; ; conflicts += 1) {
        throwIfAborted(signal);
        await raceAbort(sync.catchUp(), signal);
        const base = mirror.head;
        const { changeset, result, optional } = build(base);
        if (!changeset) return result;
        if (await store.commit(base, changeset, signal)) {
          // It is committed even if it cannot be read back now: the next poll reads it.
          await sync.catchUp().catch(() => undefined);
          return result;
        }
        metrics.conflicts.inc();
        if (optional) return result;
        await pause(randomInt(1, 5 + Math.min(conflicts, 20)), signal);
      }
    });
}
