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
  /** Everybody whom this text may mean while it is typed, in groups that fit equally, best first; named before unknown. */
  search(text: string): { ids: string[]; status: PersonStatus }[];
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
      const groups: { ids: string[]; status: PersonStatus }[] = [];
      for (const [id, each] of keys) {
        const fit = fitOf(each, wanted);
        if (fit === fits) continue;
        const { status } = each;
        (groups[rankOf(fit, status)] ??= { ids: [], status }).ids.push(id);
      }
      // In the order of the ranks, without those that nobody has.
      return Object.values(groups);
    },
    namesakes: () =>
      [...names.entries()].flatMap(([key, { size }]) => {
        const named = size > 1 ? listed(names, key).filter((person) => personStatus(person) === 'named') : [];
        return named.length > 1 ? [named] : [];
      }),
  };
}

const order = { named: 0, unknown: 1, ignored: 2 } as const;

/** From 0. Whoever is called so comes first, then those who have a name. */
function rankOf(fit: number, status: PersonStatus): number {
  return fit === 0 ? order[status] : (order[status] + 1) * fits + fit;
}

function numbersOf({ number, formerNumbers }: StoredPerson): number[] {
  return number === null ? formerNumbers : [number, ...formerNumbers];
}
