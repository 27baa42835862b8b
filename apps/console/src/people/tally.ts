import type { LastSeen } from '@watchpost/gallery/domain';
import type { ConsoleDeps } from '../deps.ts';

/** When everybody was last seen, and how often: by the person ids in the sightings, which stay as they are when persons are merged. */
export interface Tallied {
  /** Rises with every reading. */
  reading: number;
  lastSeen: ReadonlyMap<string, LastSeen>;
  counts: ReadonlyMap<string, number>;
}

/** What lists of people are sorted by. It is kept, because the database reads all sightings for it. */
export interface Tally {
  /** What was read last, and reads again in the background when that is old. Resolves once there is something. Rejects with `gallery-unavailable`. */
  now(signal: AbortSignal): Promise<Tallied>;
}

/** Read again after this time, milliseconds, and not before many times the time that it took: the database has other work. */
const leastAgeMs = 5_000;
const restShare = 20;

/** Begins to read as soon as the database is open. */
export function createTally({ database, stopping, log }: Pick<ConsoleDeps, 'database' | 'stopping' | 'log'>): Tally {
  let known: Tallied | null = null;
  let nextMs = 0;
  let reading: Promise<Tallied> | null = null;

  const read = async (): Promise<Tallied> => {
    const { database: stores } = await database.opened(stopping);
    const startMs = performance.now();
    const [lastSeen, counts] = await Promise.all([stores.sightings.lastSeen(null, stopping), stores.overview.counts(stopping)]);
    known = { reading: (known?.reading ?? 0) + 1, lastSeen, counts };
    nextMs = performance.now() + Math.max(leastAgeMs, restShare * (performance.now() - startMs));
    return known;
  };
  const refresh = async (): Promise<Tallied> => {
    reading ??= read().finally(() => {
      reading = null;
    });
    return reading;
  };
  const fail = (err: unknown): void => {
    if (stopping.aborted) return;
    nextMs = performance.now() + leastAgeMs;
    log.warn({ err }, 'how often people were seen cannot be read');
  };
  refresh().catch(fail);

  return {
    now: async (signal) => {
      signal.throwIfAborted();
      if (!known) return refresh();
      if (performance.now() > nextMs) refresh().catch(fail);
      return known;
    },
  };
}

/** How often a person was seen, and when last: of the ids that the person has and had. */
export function tallyOf(
  { counts, lastSeen }: Pick<Tallied, 'counts' | 'lastSeen'>,
  ids: readonly string[],
): { sightings: number; last: LastSeen | null } {
  let sightings = 0;
  let last: LastSeen | null = null;
  for (const id of ids) {
    sightings += counts.get(id) ?? 0;
    const seen = lastSeen.get(id);
    if (seen && (!last || seen.atMs > last.atMs)) last = seen;
  }
  return { sightings, last };
}
