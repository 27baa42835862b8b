import { backfilledRank } from '@watchpost/shared/jobs/snapshot-job';

/** A snapshot's place in the line. */
export interface Place {
  camera: string;
  rank: number;
}

/** What the queue has taken so far, of this process. */
export interface Mark {
  /** Of those in line. */
  live: number;
  all: number;
}

/**
 * The line of waiting snapshots, as far as this process can tell: it knows what it has queued itself, and now and then how many jobs wait in
 * all. The cameras take turns: one that posts much waits for itself, not the others for it.
 */
export interface Line {
  /** The place of a camera's next snapshot; it counts as waiting from now on. A camera's ranks never fall while one of its snapshots waits. */
  join(camera: string): Place;
  /** The queue has taken it. */
  stored(): void;
  /** The queue did not take it. */
  leave(place: Place): void;
  /** The queue has taken something that waits behind all that this line knows. */
  passedBy(): void;
  /** To be asked just before the jobs in the queue are counted, and given to `observe` with their number. */
  mark(): Mark;
  /** So many jobs waited in all when it was marked: whoever is gone had the lowest ranks. */
  observe(waiting: number, mark: Mark): void;
  /** How many snapshots wait. */
  size(): number;
}

/** An empty line. Pure: it asks nobody. `highest`: no rank is higher. */
export function createLine(highest = backfilledRank - 1): Line {
  /** The cameras with this rank, the first one first. */
  const byRank = new Map<number, string[]>();
  const cameras = new Map<string, { waiting: number; last: number }>();
  let lowest = 0;
  let size = 0;
  const stored: Mark = { live: 0, all: 0 };
  let taken = 0;
  let seen: { waiting: number; all: number } | null = null;

  const forget = (camera: string): void => {
    size -= 1;
    const known = cameras.get(camera);
    if (!known) return;
    known.waiting -= 1;
    if (known.waiting === 0) cameras.delete(camera);
  };
  const findLowest = (): void => {
    if (size === 0) lowest = 0;
    else while (!byRank.has(lowest)) lowest += 1;
  };
  const takeOne = (): void => {
    const first = byRank.get(lowest);
    const camera = first?.shift();
    if (camera === undefined) return;
    if (first?.length === 0) byRank.delete(lowest);
    taken += 1;
    forget(camera);
    findLowest();
  };

  return {
    join: (camera) => {
      const known = cameras.get(camera);
      // A camera of which nothing waits comes before whatever waits now, and behind nobody else's later snapshots. By two: one more may
      // be thought gone than is, where jobs are counted while they move.
      const rank = Math.min(known ? known.last + 1 : Math.max(0, lowest - 2), highest);
      cameras.set(camera, { waiting: (known?.waiting ?? 0) + 1, last: rank });
      byRank.set(rank, [...(byRank.get(rank) ?? []), camera]);
      lowest = size === 0 ? rank : Math.min(lowest, rank);
      size += 1;
      return { camera, rank };
    },
    stored: () => {
      stored.live += 1;
      stored.all += 1;
    },
    leave: ({ camera, rank }) => {
      const same = byRank.get(rank);
      const index = same?.lastIndexOf(camera) ?? -1;
      // It was taken for one that a worker has.
      if (!same || index < 0) return;
      same.splice(index, 1);
      if (same.length === 0) byRank.delete(rank);
      forget(camera);
      findLowest();
    },
    passedBy: () => {
      stored.all += 1;
    },
    mark: () => ({ ...stored }),
    observe: (waiting, mark) => {
      // More are gone than the numbers say where another process has queued some in between; never fewer.
      const known = Math.max(0, mark.live - taken);
      // What was stored while the jobs were counted may be among them or not: here it is not, and next time it was.
      const since = seen ? mark.all - seen.all - (waiting - seen.waiting) : 0;
      seen = { waiting, all: stored.all };
      for (let left = Math.min(known, Math.max(known - waiting, since)); left > 0; left -= 1) takeOne();
    },
    size: () => size,
  };
}
