import type { LastSeen } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { raceWithin } from '@watchpost/shared/wait';
import type { ConsoleDeps } from '../deps.ts';

/** When everybody was last seen, and in how many snapshots: by the person ids in the sightings, which stay as they are when persons are merged. */
export interface Tallied {
  /** Rises with every reading. */
  reading: number;
  lastSeen: ReadonlyMap<string, LastSeen>;
  counts: ReadonlyMap<string, number>;
}

/** Null: not everybody is counted yet. */
export type PartlyTallied = Omit<Tallied, 'counts'> & { counts: Tallied['counts'] | null };

/** What lists of people are sorted by. It is kept, because the database counts all sightings for it. */
export interface Tally {
  /** What was read last, and reads again in the background when that is old; after a quiet time it waits a moment for that. Resolves once there is something. Rejects with `gallery-unavailable`. */
  now(signal: AbortSignal): Promise<PartlyTallied>;
  /** The same once everybody was counted: seconds after the start where there are a million sightings. */
  counted(signal: AbortSignal): Promise<Tallied>;
}

type Stores = Pick<Database, 'sightings' | 'overview'>;

interface Running {
  seen: Promise<PartlyTallied>;
  all: Promise<Tallied>;
}

/** Read again after this time, milliseconds, and not before many times the time that it took: the database has other work. */
const leastAgeMs = 5_000;
const restShare = 20;
/** Nobody has asked for so long, milliseconds: then the answer waits for a new reading, but not longer than this. */
const quietMs = 60_000;
const waitMs = 300;

/** Begins to read as soon as the database is open. */
export function createTally({ database, stopping, log }: Pick<ConsoleDeps, 'database' | 'stopping' | 'log'>): Tally {
  let known: Tallied | null = null;
  let nextMs = 0;
  let readAtMs = 0;
  let readings = 0;
  let running: Running | null = null;

  const readSeen = async (stores: Promise<Stores>): Promise<PartlyTallied> => {
    const lastSeen = await (await stores).sightings.lastSeen(null, stopping);
    return { reading: (readings += 1), lastSeen, counts: null };
  };
  const readAll = async (stores: Promise<Stores>, seen: Running['seen']): Promise<Tallied> => {
    const startMs = performance.now();
    const [counts, { lastSeen }] = await Promise.all([stores.then(({ overview }) => overview.counts(null, stopping)), seen]);
    known = { reading: (readings += 1), lastSeen, counts };
    readAtMs = performance.now();
    nextMs = readAtMs + Math.max(leastAgeMs, restShare * (readAtMs - startMs));
    return known;
  };
  const read = (): Running => {
    if (running) return running;
    const stores = database.opened(stopping).then((opened) => opened.database);
    const seen = readSeen(stores);
    const all = readAll(stores, seen).finally(() => {
      running = null;
    });
    all.catch((err: unknown) => {
      if (stopping.aborted) return;
      nextMs = performance.now() + leastAgeMs;
      log.warn({ err }, 'how often people were seen cannot be read');
    });
    running = { seen, all };
    return running;
  };
  const latest = async (signal: AbortSignal): Promise<Tallied | null> => {
    signal.throwIfAborted();
    if (!known || performance.now() <= nextMs) return known;
    const { all } = read();
    if (performance.now() - readAtMs <= quietMs) return known;
    return raceWithin(async () => all, signal, waitMs).catch(() => known);
  };
  read();

  return {
    now: async (signal) => (await latest(signal)) ?? read().seen,
    counted: async (signal) => (await latest(signal)) ?? read().all,
  };
}

/** In how many snapshots a person was seen, and when last: of the ids that the person has and had. */
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
