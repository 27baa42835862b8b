import { personStatus, type PersonStatus, type StoredPerson } from '../domain.ts';
import { nameKey, unknownName } from '../names.ts';
import { createKeyedSets, type KeyedSets } from './keyed-sets.ts';
import { fitOf, fits, searchKey, searchKeys, type SearchKeys } from './search-names.ts';

/** Persons by what people call them. The names and aliases of merged persons do not count, their numbers do: old posts say them. */
export interface NameIndex {
  add(person: StoredPerson): void;
  /** As it was added. */
  remove(person: StoredPerson): void;
  clear(): void;
  /** The persons with this name, else with this alias, else those that were this unknown, or that this unknown became. */
  called(name: string): StoredPerson[];
  /** Named persons that share a name, two or more each. */
  namesakes(): StoredPerson[][];
  /** Everybody whom this text may mean while it is typed, and how well it fits: best first, those that fit equally in no order. An empty text fits everybody. */
  search(text: string): { ids: string[]; status: PersonStatus; fit: number }[];
}

/** `follow`: the person that one became. */
export function createNameIndex(follow: (id: string) => StoredPerson | null): NameIndex {
  const names = createKeyedSets<string, string>();
  const aliases = createKeyedSets<string, string>();
  const numbers = createKeyedSets<number, string>();

  const keys = new Map<string, SearchKeys>();

  const index = (person: StoredPerson, step: 'add' | 'remove'): void => {
    for (const number of numbersOf(person)) numbers[step](number, person.id);
    if (person.mergedInto !== null) return;
    if (step === 'add') keys.set(person.id, searchKeys(person, numbersOf(person)));
    else keys.delete(person.id);
    names[step](nameKey(person.name), person.id);
    for (const alias of person.aliases) aliases[step](nameKey(alias), person.id);
  };

  const listed = <K>(sets: KeyedSets<K, string>, key: K): StoredPerson[] => {
    const found = new Map<string, StoredPerson>();
    for (const id of sets.get(key)) {
      const person = follow(id);
      if (person) found.set(person.id, person);
    }
    return [...found.values()];
  };

  return {
    add: (person) => index(person, 'add'),
    remove: (person) => index(person, 'remove'),
    clear: () => {
      for (const part of [names, aliases, numbers, keys]) part.clear();
    },
    called: (name) => {
      const wanted = nameKey(name);
      const byName = listed(names, wanted);
      if (byName.length > 0) return byName;
      const byAlias = listed(aliases, wanted);
      if (byAlias.length > 0) return byAlias;
      const digits = /^\D*(\d+)$/.exec(wanted)?.[1];
      const number = Number(digits);
      return digits !== undefined && nameKey(unknownName(number)) === wanted ? listed(numbers, number) : [];
    },
    search: (text) => {
      const wanted = searchKey(text);
      const groups = new Map<string, { ids: string[]; status: PersonStatus; fit: number }>();
      for (const [id, each] of keys) {
        const fit = fitOf(each, wanted);
        if (fit === fits) continue;
        const group = groups.get(`${fit} ${each.status}`);
        if (group) group.ids.push(id);
        else groups.set(`${fit} ${each.status}`, { ids: [id], status: each.status, fit });
      }
      return [...groups.values()].sort((a, b) => rankOf(a) - rankOf(b));
    },
    namesakes: () =>
      [...names.entries()].flatMap(([key, { size }]) => {
        const named = size > 1 ? listed(names, key).filter((person) => personStatus(person) === 'named') : [];
        return named.length > 1 ? [named] : [];
      }),
  };
}

const order = { named: 0, unknown: 1, ignored: 2 } as const;

/** Whoever is called so comes first, then those who have a name. */
function rankOf({ status, fit }: { status: PersonStatus; fit: number }): number {
  return (fit === 0 ? 0 : (order[status] + 1) * fits) + (fit === 0 ? order[status] : fit);
}

function numbersOf({ number, formerNumbers }: StoredPerson): number[] {
  return number === null ? formerNumbers : [number, ...formerNumbers];
}
