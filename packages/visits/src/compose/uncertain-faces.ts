import { addFace, likenessOf, newGroup, type Alike, type Group } from './groups.ts';
import { keyOf, type SeenFace } from './seen-faces.ts';

/** What an earlier post of the visit said. */
export interface Former {
  /** Which number each face had, by `keyOf`. */
  numbers: ReadonlyMap<string, number>;
  /** The persons that a number is not, as readers said. */
  not: ReadonlyMap<number, ReadonlySet<string>>;
}

/** An uncertain face is compared with the faces of so many visitors, those with most faces: a crowd would take too long. */
const mostCompared = 8;

/**
 * Adds each face that is not surely anybody's to a visitor: to the one whom it may be, who is sure in another snapshot; to one whose faces
 * it is surely alike; to the uncertain one who may be the same person, or had the same number. Otherwise it is one more uncertain visitor.
 */
export function addUncertain(groups: readonly Group[], uncertain: readonly SeenFace[], former: Former, alike: Alike): Group[] {
  const all = [...groups];
  const possible = createPossible(groups);
  for (const seen of uncertain) {
    const number = former.numbers.get(keyOf(seen.ref));
    const candidate = seen.face.person?.id ?? null;
    const like = (group: Group) => likenessOf({ samples: [seen] }, group, alike);
    const mayJoin = (group: Group): boolean => !group.snapshots.has(seen.ref.snapshotId) && !isDenied(seen, group, number, former);
    const under = (key: string): Group | undefined => possible.under(key).find((group) => mayJoin(group) && like(group) !== 'different');
    const keys = [...(candidate === null ? [] : [perhaps(candidate)]), ...(number === undefined ? [] : [numbered(number)])];
    const chosen =
      (candidate === null ? undefined : under(surely(candidate))) ??
      largest(all).find((group) => mayJoin(group) && like(group) === 'same') ??
      firstOf(keys, under);
    const group = chosen ?? newGroup(null);
    addFace(group, seen);
    if (!chosen) all.push(group);
    if (namesOf(group).length === 0) for (const key of keys) possible.note(key, group);
  }
  return all;
}

function firstOf(keys: readonly string[], under: (key: string) => Group | undefined): Group | undefined {
  for (const key of keys) {
    const found = under(key);
    if (found) return found;
  }
  return undefined;
}

/** The visitors that a face may join, by what speaks for it. */
function createPossible(groups: readonly Group[]) {
  const noted = new Map<string, Set<Group>>();
  const note = (key: string, group: Group): void => {
    noted.set(key, (noted.get(key) ?? new Set()).add(group));
  };
  for (const group of groups) for (const { id } of namesOf(group)) note(surely(id), group);
  return { note, under: (key: string): Group[] => [...(noted.get(key) ?? [])] };
}

const surely = (id: string): string => `surely ${id}`;
const perhaps = (id: string): string => `perhaps ${id}`;
const numbered = (number: number): string => `number ${number}`;

const namesOf = ({ person, contradiction }: Group) => (person ? [person] : contradiction);

/** A face of which a reader said that it is not whom it was taken for joins nobody by name whom that may concern. */
function isDenied({ face }: SeenFace, group: Group, number: number | undefined, { not }: Former): boolean {
  const names = namesOf(group);
  if (names.length === 0) return false;
  const denied = number === undefined ? undefined : not.get(number);
  if (denied) return names.some(({ id }) => denied.has(id));
  return face.saidBy !== null;
}

function largest(groups: readonly Group[]): readonly Group[] {
  const top: Group[] = [];
  for (const group of groups) {
    const at = top.findIndex(({ faces }) => faces.length < group.faces.length);
    if (at === -1) top.push(group);
    else top.splice(at, 0, group);
    top.length = Math.min(top.length, mostCompared);
  }
  return top;
}
