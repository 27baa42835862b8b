import { randomInt } from 'node:crypto';
import { raceAbort } from '@watchpost/shared/wait';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Changeset, Head } from '../domain.ts';
import type { Sync } from '../memory/sync.ts';
import { createMutex, pause } from '../memory/wait.ts';

/**
 * Builds a change from the mirror as it is at `base`; called again whenever somebody else committed first. No changeset: nothing to
 * do. `optional`: not worth a second try. Must not wait.
 */
export type Build<T> = (base: Head) => { changeset: Changeset | null; result: T; optional?: boolean };

export type Transact = <T>(build: Build<T>, signal: AbortSignal) => Promise<T>;

/**
 * Changes the gallery: look at everything that is committed, decide, commit if nothing was committed since; else look again.
 * One change at a time in a process, so that processes, not jobs, compete.
 */
export function createTransact(deps: { store: GalleryStore; sync: Sync; mirror: Mirror; metrics: GalleryMetrics }): Transact {
  const { store, sync, mirror, metrics } = deps;
  const oneAtATime = createMutex();
  return (build, signal) =>
    oneAtATime(async () => {
      for (let conflicts = 0; ; conflicts += 1) {
        signal.throwIfAborted();
        await raceAbort(sync.catchUp(), signal);
        const base = mirror.head;
        const { changeset, result, optional } = build(base);
        if (!changeset) return result;
        if (await store.commit(base, changeset, signal)) {
          // Committed is committed: what cannot be read back now is read by the next poll.
          await sync.catchUp().catch(() => undefined);
          return result;
        }
        metrics.conflicts.inc();
        if (optional) return result;
        await pause(randomInt(1, 5 + Math.min(conflicts, 20)), signal);
      }
    });
}
