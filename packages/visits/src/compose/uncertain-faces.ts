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
  const possible = new Map<string, Group[]>();
  const note = (key: string, group: Group): void => {
    const noted = possible.get(key);
    if (!noted) possible.set(key, [group]);
    else if (!noted.includes(group)) noted.push(group);
  };
  for (const group of groups) for (const { id } of [...namesOf(group)]) note(surely(id), group);
  for (const seen of uncertain) {
    const number = former.numbers.get(keyOf(seen.ref));
    const candidate = seen.face.person?.id ?? null;
    const mayJoin = (group: Group): boolean => !group.snapshots.has(seen.ref.snapshotId) && !isDenied(seen, group, number, former);
    const like = (group: Group) => likenessOf({ samples: [seen] }, group, alike);
    const unlessDifferent = (key: string): Group | undefined =>
      possible.get(key)?.find((group) => mayJoin(group) && like(group) !== 'different');
    const chosen =
      (candidate === null ? undefined : unlessDifferent(surely(candidate))) ??
      largest(all).find((group) => mayJoin(group) && like(group) === 'same') ??
      (candidate === null ? undefined : unlessDifferent(perhaps(candidate))) ??
      (number === undefined ? undefined : unlessDifferent(numbered(number)));
    const group = chosen ?? newGroup(null);
    addFace(group, seen);
    if (!chosen) all.push(group);
    if (group.person !== null || group.contradiction.length > 0) continue;
    if (candidate !== null) note(perhaps(candidate), group);
    if (number !== undefined) note(numbered(number), group);
  }
  return all;
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
