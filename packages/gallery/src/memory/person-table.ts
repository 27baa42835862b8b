import type { StoredPerson } from '../domain.ts';
import { createKeyedSets } from './keyed-sets.ts';
import { createNameIndex, type NameIndex } from './name-index.ts';
import { createTombstones } from './tombstones.ts';

/** The persons in memory, found by id, by name and by number. */
export interface PersonTable {
  readonly size: number;
  /** The highest number that anybody has or had since everything was read; 0 without any. */
  readonly highestNumber: number;
  /** Adds or updates a person; a newer version replaces an older one. */
  apply(person: StoredPerson): void;
  /** Removes a person that is no longer in the database. It returns if it is read again. */
  remove(id: string): void;
  clear(): void;
  get(id: string): StoredPerson | null;
  all(): IterableIterator<StoredPerson>;
  /** The person that this one became, after following merges; null if there is none. */
  follow(id: string): StoredPerson | null;
  /** The person's id and those of everybody merged into it, and into those. */
  idsOf(id: string): string[];
  /** Those that were not merged into another one. */
  unmerged(): IterableIterator<StoredPerson>;
  unmergedCount(): number;
  /** The persons of whom it is stored that they may be one of these, whether or not it still holds. */
  mayBeOneOf(ids: readonly string[]): StoredPerson[];
  /** The persons with this name, else with this alias, else those that were this unknown, or that this unknown became. */
  called(name: string): StoredPerson[];
  /** Named persons that share a name, two or more each. */
  namesakes(): StoredPerson[][];
  /** Everybody whom this text may mean while it is typed, best first. */
  search: NameIndex['search'];
  /** Persons that were merged into somebody who is not there, or in a circle. */
  lost(): StoredPerson[];
}

/** `onMoved`: called with the ids of persons whose `follow` may answer otherwise from now on. */
export function createPersonTable(onMoved: (ids: readonly string[]) => void): PersonTable {
  const persons = new Map<string, StoredPerson>();
  const unmerged = new Map<string, StoredPerson>();
  const absorbed = createKeyedSets<string, string>();
  const resembling = createKeyedSets<string, string>();
  const gone = createTombstones();
  let highestNumber = 0;

  const follow: PersonTable['follow'] = (id) => {
    let person = persons.get(id);
    if (!person || person.mergedInto === null) return person ?? null;
    const seen = new Set<string>();
    while (person && person.mergedInto !== null) {
      // Edits by hand can make a circle of merges.
      if (seen.has(person.id)) return null;
      seen.add(person.id);
      person = persons.get(person.mergedInto);
    }
    return person ?? null;
  };

  const names = createNameIndex(follow);

  const idsOf: PersonTable['idsOf'] = (id) => {
    const ids = new Set([id]);
    for (const each of ids) for (const merged of absorbed.get(each)) ids.add(merged);
    return [...ids];
  };

  const index = (person: StoredPerson, step: 'add' | 'remove'): void => {
    const { id, mergedInto, mayBe } = person;
    names[step](person);
    if (mayBe !== null) resembling[step](mayBe, id);
    if (mergedInto !== null) absorbed[step](mergedInto, id);
    else if (step === 'add') unmerged.set(id, person);
    else unmerged.delete(id);
  };

  const replace = (id: string, after: StoredPerson | null): void => {
    const before = persons.get(id);
    if (before) index(before, 'remove');
    if (after) {
      persons.set(id, after);
      index(after, 'add');
    } else persons.delete(id);
    if (before?.mergedInto !== after?.mergedInto) onMoved(idsOf(id));
  };

  return {
    get size() {
      return persons.size;
    },
    get highestNumber() {
      return highestNumber;
    },
    apply: (person) => {
      const { id, version } = person;
      for (const number of [person.number ?? 0, ...person.formerNumbers])
        if (number < Number.MAX_SAFE_INTEGER) highestNumber = Math.max(highestNumber, number);
      if (gone.isGone(id, version)) return;
      const before = persons.get(id);
      if (before && before.version > version) return;
      if (person.deleted) gone.bury(id, version);
      if (before || !person.deleted) replace(id, person.deleted ? null : person);
    },
    remove: (id) => replace(id, null),
    clear: () => {
      for (const part of [persons, unmerged, absorbed, resembling, names, gone]) part.clear();
      highestNumber = 0;
    },
    get: (id) => persons.get(id) ?? null,
    all: () => persons.values(),
    follow,
    idsOf,
    unmerged: () => unmerged.values(),
    unmergedCount: () => unmerged.size,
    mayBeOneOf: (ids) => {
      const found = new Set(ids.flatMap((id) => [...resembling.get(id)]));
      return [...found].flatMap((id) => persons.get(id) ?? []);
    },
    called: (name) => names.called(name),
    namesakes: () => names.namesakes(),
    search: (text) => names.search(text),
    lost: () => [...absorbed.entries()].flatMap(([into, ids]) => (follow(into) ? [] : [...ids].flatMap((id) => persons.get(id) ?? []))),
  };
}
