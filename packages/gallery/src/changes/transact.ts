import { randomInt, randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import { pause, raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import type { Changeset, Head } from '../domain.ts';
import { createMutex } from '../memory/concurrency.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryStore } from '../store.ts';
import { planAdoption } from './adoption.ts';
import { createOpenCommits } from './open-commits.ts';

/** A change to commit. No changeset: there is nothing to do. `optional`: not worth a second attempt. */
export interface Attempt<T> {
  changeset: Changeset | null;
  result: T;
  optional?: boolean;
}

/**
 * Builds a change from the mirror as of `base`; called again after each conflict. What it reads is read after `base`, so it still holds
 * if the commit succeeds.
 */
export type Build<T> = (base: Head) => Attempt<T> | Promise<Attempt<T>>;

export type Transact = <T>(build: Build<T>, signal: AbortSignal) => Promise<T>;

export interface TransactDeps {
  store: GalleryStore;
  sync: Pick<Sync, 'catchUp'>;
  mirror: Mirror;
  metrics: GalleryMetrics;
}

/** So often a commit may be refused although the head stays as it is. */
const mostInVain = 100;
/** So often somebody may edit what a change touches before it gives up. */
const mostEdits = 20;

/**
 * Changes the gallery optimistically: read everything committed so far, decide, and commit; if another process has committed meanwhile, start over.
 * One change at a time per process, so that only processes compete with each other, not the jobs within one. A commit whose answer was
 * lost is looked for by its id and made at most once. What was edited by hand is adopted before anything overwrites it.
 */
export function createTransact({ store, sync, mirror, metrics }: TransactDeps): Transact {
  const oneAtATime = createMutex();

  const run = async <T>(build: Build<T>, isAdoption: boolean, signal: AbortSignal): Promise<T> => {
    const open = createOpenCommits<T>();
    let [edits, inVain] = [0, 0];
    let last: Head | null = null;
    let clears = 0;
    for (let conflicts = 0; ;) {
      throwIfAborted(signal);
      const base = await open.whileUnanswered(async (limited) => {
        await raceAbort(sync.catchUp(), limited);
        clears = mirror.clears();
        return baseOf(mirror);
      }, signal);
      if (!base) continue;
      const made = open.find(base);
      if (made) return made.result;
      const attempt = await decide(
        () => build(base),
        () => mirror.clears() === clears,
      );
      if (!attempt) continue;
      const { changeset, result, optional } = attempt;
      if (!changeset) return result;
      const id = randomUUID();
      const outcome = await store
        .commit(base, changeset, id, signal)
        .catch((error: unknown) => open.note({ id, base, result, error }, signal));
      switch (outcome) {
        case 'unanswered':
          await pause(randomInt(50, 200), signal);
          break;
        case 'conflict':
          conflicts += 1;
          metrics.conflicts.inc();
          if (optional) return result;
          inVain = isSame(last, base) ? inVain + 1 : 0;
          last = base;
          if (inVain > mostInVain)
            throw new AppError(
              'gallery-unavailable',
              'the database refuses every change, although nobody else makes any: somebody has edited its state',
            );
          await pause(randomInt(1, 5 + Math.min(conflicts, 20)), signal);
          break;
        case 'edited':
          edits += 1;
          if (edits > mostEdits)
            throw new AppError('gallery-unavailable', 'what the change touches is being edited by hand, again and again');
          if (!isAdoption) await adopt(signal);
          break;
        default:
          // It is committed even if it cannot be read back now: the next poll reads it.
          await raceAbort(sync.catchUp(), signal).catch(() => undefined);
          return result;
      }
    }
  };

  const adopt = async (signal: AbortSignal): Promise<void> =>
    run(
      async (base) => ({ changeset: planAdoption(mirror, base, await store.edits(signal))?.changeset ?? null, result: undefined }),
      true,
      signal,
    );

  return (build, signal) => oneAtATime(async () => run(build, false, signal));
}

const isSame = (last: Head | null, base: Head): boolean => last?.version === base.version && last.epoch === base.epoch;

/** What was decided, or why it was refused; null: the gallery was read again meanwhile, and was not whole. */
async function decide<T>(build: () => Attempt<T> | Promise<Attempt<T>>, isWhole: () => boolean): Promise<Attempt<T> | null> {
  try {
    const attempt = await build();
    return isWhole() ? attempt : null;
  } catch (error) {
    if (isWhole()) throw error;
    return null;
  }
}

/** The head. A state that was removed or edited by hand must not give a number a second time. */
function baseOf(mirror: Mirror): Head {
  return { ...mirror.head, nextNumber: Math.max(mirror.head.nextNumber, mirror.highestNumber() + 1) };
}
