import type { StoredPair } from '../domain.ts';
import { createKeyedSets } from './keyed-sets.ts';
import { createTombstones } from './tombstones.ts';

/** The pairs in memory, found by either person. */
export interface PairTable {
  /** Adds or updates a pair; a newer version replaces an older one. */
  apply(pair: StoredPair): void;
  clear(): void;
  /** The pairs that name one of these persons, each once. */
  naming(personIds: readonly string[]): StoredPair[];
}

export function createPairTable(): PairTable {
  const pairs = new Map<string, StoredPair>();
  const byPerson = createKeyedSets<string, string>();
  const gone = createTombstones();

  const remove = (pair: StoredPair): void => {
    pairs.delete(pair.id);
    for (const personId of pair.personIds) byPerson.remove(personId, pair.id);
  };

  return {
    apply: (pair) => {
      if (gone.isGone(pair.id, pair.version)) return;
      const before = pairs.get(pair.id);
      if (before && before.version > pair.version) return;
      if (before) remove(before);
      if (pair.deleted) {
        gone.bury(pair.id, pair.version);
        return;
      }
      pairs.set(pair.id, pair);
      for (const personId of pair.personIds) byPerson.add(personId, pair.id);
    },
    clear: () => {
      for (const part of [pairs, byPerson, gone]) part.clear();
    },
    naming: (personIds) => {
      const ids = new Set(personIds.flatMap((personId) => [...byPerson.get(personId)]));
      return [...ids].flatMap((id) => pairs.get(id) ?? []);
    },
  };
}
