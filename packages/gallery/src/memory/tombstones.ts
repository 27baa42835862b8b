/** What was deleted, by id, so that a page which was read before the deletion and arrives after it brings nobody back. */
export interface Tombstones {
  /** Notes a deletion at this version of the gallery. */
  bury(id: string, version: number): void;
  /** Whether this version of it is older than its deletion. Forgets the deletion where it is not: an undo brings things back. */
  isGone(id: string, version: number): boolean;
  clear(): void;
}

/** A page is late by seconds: as many deletions as these do not fit into that. */
const kept = 20_000;

export function createTombstones(): Tombstones {
  const versions = new Map<string, number>();
  return {
    bury: (id, version) => {
      versions.delete(id);
      versions.set(id, version);
      const [oldest] = versions.keys();
      if (versions.size > kept && oldest !== undefined) versions.delete(oldest);
    },
    isGone: (id, version) => {
      const buried = versions.get(id);
      if (buried === undefined) return false;
      if (buried >= version) return true;
      versions.delete(id);
      return false;
    },
    clear: () => versions.clear(),
  };
}
