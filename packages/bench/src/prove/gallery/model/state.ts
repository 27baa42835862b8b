import type { Operation } from '@watchpost/gallery/gallery';
import type { Face } from '../pictures.ts';
import { violated } from '../violation.ts';

/** What a reader or an operator asks for. */
export type Deed = Operation | { kind: 'undo'; entryId: string | null };

/** What is said about one face of a snapshot. */
export type DeedOnFace = Extract<Operation, { kind: 'assign' | 'this-is' | 'dismiss' }>;
export const isOnFace = (deed: Deed): deed is DeedOnFace => deed.kind === 'assign' || deed.kind === 'this-is' || deed.kind === 'dismiss';

/** What concerns two persons. */
export type DeedOfTwo = Extract<Operation, { kind: 'merge' | 'distinguish' }>;
export const isOfTwo = (deed: Deed): deed is DeedOfTwo => deed.kind === 'merge' || deed.kind === 'distinguish';
export const twoOf = (deed: DeedOfTwo): [string, string] => (deed.kind === 'merge' ? [deed.from, deed.into] : [deed.person, deed.other]);

export interface Person {
  id: string;
  name: string;
  number: number | null;
  aliases: string[];
  ignored: boolean;
  mergedInto: string | null;
  deleted: boolean;
  /** By hand: nothing brings it back. */
  removed: boolean;
  erased: boolean;
  /** Names given by hand that not every process knows yet: they must not get lost. */
  handNames: string[];
  /** And those after which another process gave the person a name, which may come before or after: either may be its name. */
  looseNames: string[];
  /** Its name is not a text. What is shown is free; that it is there is not. */
  odd: boolean;
}

/** A face that was recognised, and whose it is. */
export interface Seen {
  snapshotId: string;
  position: number;
  face: Face;
  owner: string | null;
  /** The reference that it was matched by: of several equally near the gallery may choose any. */
  faceId: string | null;
  uncertain: boolean;
  /** Somebody said whose it is, */
  said: boolean;
  /** or that it is no face. */
  dismissed: boolean;
  /** Recorded while something else was going on: whose it is may have been decided before or after that. */
  loose: boolean;
}

export interface Was<T> {
  before: Partial<T>;
  after: Partial<T>;
}

export interface Moved {
  faceIds: readonly string[];
  from: string;
  to: string;
}

/** A change, with what it made of whom, so that it can be taken back. */
export interface Entry {
  id: string;
  kind: string;
  actorId: string;
  personIds: string[];
  undone: boolean;
  /** Somebody whom it concerns was edited by hand at about the same time: what it found and left is not known exactly. */
  vague: boolean;
  persons: Map<string, Was<Person>>;
  sightings: Map<string, Was<Seen>>;
  /** Of a merge: who became one, and the faces of whoever was absorbed. */
  joined: Moved | null;
  /** Of a split: whose sightings matched by these faces became whose. */
  split: Moved | null;
  /** Of whom it was said that they are not the same. */
  told: [string, string] | null;
  /** Of a forget: the sightings of the forgotten. */
  forgot: string[];
}

/** The gallery as it ought to be: persons, sightings, changes one after the other. No vectors, no processes, no database. */
export interface Model {
  persons: Map<string, Person>;
  sightings: Map<string, Seen>;
  /** From which sighting each reference was learnt. */
  learnt: Map<string, string>;
  entries: Entry[];
  /** Who got which number. */
  numbers: Map<number, string>;
  /** Pairs of persons of whom a reader said, or a picture showed, that they are not the same. */
  different: [string, string][];
  /** Sightings that must be nowhere. */
  gone: Set<string>;
}

export const createModel = (): Model => ({
  persons: new Map(),
  sightings: new Map(),
  learnt: new Map(),
  entries: [],
  numbers: new Map(),
  different: [],
  gone: new Set(),
});

export const key = (name: string): string => name.toLowerCase();
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
export const keyOf = ({ snapshotId, position }: Pick<Seen, 'snapshotId' | 'position'>): string => `${snapshotId}/${position}`;
export const hasName = ({ name, number }: Person): boolean => number === null || name !== `Unknown ${number}`;
/** Whether it is surely whose it is: somebody said so, or it was recognised. */
export const isSure = ({ uncertain, said }: Seen): boolean => said || !uncertain;
/** An ignored person is not unknown, even without a name. */
export const isUnknown = (person: Person): boolean => !person.ignored && !hasName(person);

/** The person that it is now, after merges; null if it was forgotten or removed. */
export function resolve({ persons }: Model, id: string | null): Person | null {
  let person = id === null ? undefined : persons.get(id);
  while (person && !person.deleted && person.mergedInto !== null) person = persons.get(person.mergedInto);
  return person && !person.deleted ? person : null;
}

export const live = ({ persons }: Model): Person[] =>
  [...persons.values()].filter(({ deleted, mergedInto }) => !deleted && mergedInto === null);

/** The person, and those that were merged into it. */
export const allOf = (model: Model, { id }: Person): Person[] =>
  [...model.persons.values()].filter((each) => resolve(model, each.id)?.id === id);

export const ownedBy = (model: Model, { id }: Person): Seen[] =>
  [...model.sightings.values()].filter(({ owner }) => resolve(model, owner)?.id === id);

/** Those with this name, else those with this alias, else those that were this unknown, or that this unknown became. */
export function called(model: Model, name: string): Person[] {
  const byName = live(model).filter((person) => key(person.name) === key(name));
  if (byName.length > 0) return byName;
  const byAlias = live(model).filter(({ aliases }) => aliases.some((alias) => key(alias) === key(name)));
  if (byAlias.length > 0) return byAlias;
  const numbered = [...model.persons.values()].filter(({ number }) => key(`Unknown ${number}`) === key(name));
  return numbered.flatMap(({ id }) => resolve(model, id) ?? []);
}

export const areDifferent = (model: Model, one: Person, other: Person): boolean =>
  model.different.some(
    (pair) => pair.some((id) => resolve(model, id)?.id === one.id) && pair.some((id) => resolve(model, id)?.id === other.id),
  );

/** The newest change of this actor that was not taken back. */
export const newestOf = ({ entries }: Model, by: string): Entry | undefined =>
  entries.findLast(({ kind, undone, actorId }) => actorId === by && !undone && kind !== 'undo');

/** A new person, of recognising or of a split; without a number, of a reader who said whose face it is. Throws if its number is not new. */
export function addPerson({ persons, numbers }: Model, id: string, number: number | null): void {
  if (number !== null && numbers.has(number)) violated(`the number ${number} was used twice`);
  if (number !== null) numbers.set(number, id);
  const no = { ignored: false, mergedInto: null, deleted: false, removed: false, erased: false, odd: false };
  persons.set(id, { id, name: `Unknown ${number}`, number, aliases: [], handNames: [], looseNames: [], ...no });
}

/** The present values of these fields. */
export function pick<T extends object>(from: T | undefined, fields: Partial<T>): Partial<T> {
  const now: Partial<T> = {};
  for (const field of Object.keys(fields)) Reflect.set(now, field, from && Reflect.get(from, field));
  return now;
}
