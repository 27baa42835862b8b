import type { LogPosition } from '@watchpost/feeds/feed-store';
import { comparePositions } from './position.ts';

/** Which entries of a feed changed last, and when: what a reader who comes back has missed. Bounded. */
export interface ChangeLog {
  /**
   * Notes that an entry changed; only its last change is kept. `isLogged` false: time or settings changed it, so that a reader who knows the
   * log up to there may have missed it. Returns the ids that are forgotten for it.
   */
  note(id: string, at: LogPosition, isLogged: boolean): string[];
  has(id: string): boolean;
  /** The ids that changed after a position, in the order of their last change; null: that is too long ago to know. */
  since(position: LogPosition): { id: string; at: LogPosition }[] | null;
  /** Whoever knows everything up to here can be told the rest. */
  floor(): LogPosition;
}

/** An empty log of changes that knows everything since `start`. `limit`: most entries in it. */
export function createChangeLog(start: LogPosition, limit: number): ChangeLog {
  // In the order of the last change: a map keeps the order in which its keys were set.
  const changes = new Map<string, { at: LogPosition; isLogged: boolean }>();
  let floor = start;
  return {
    note: (id, at, isLogged) => {
      changes.delete(id);
      changes.set(id, { at, isLogged });
      if (changes.size <= limit) return [];
      const [oldest] = changes;
      if (!oldest) return [];
      changes.delete(oldest[0]);
      floor = oldest[1].at;
      return [oldest[0]];
    },
    has: (id) => changes.has(id),
    since: (position) => {
      if (comparePositions(position, floor) < 0) return null;
      return [...changes].flatMap(([id, { at, isLogged }]) => (comparePositions(at, position) > (isLogged ? 0 : -1) ? [{ id, at }] : []));
    },
    floor: () => floor,
  };
}
