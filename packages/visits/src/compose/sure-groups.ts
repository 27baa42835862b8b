import { absorb, areSeenTogether, likenessOf, newGroup, addFace, type Alike, type Group, type KnownPerson } from './groups.ts';
import { ratingOf, type SeenFace } from './seen-faces.ts';

/** More visitors than these, those with most faces, are not compared with each other: their number squared is too much. */
const mostCompared = 40;

/** Whose face it surely is, or null. */
export function surePerson({ face: { decision, person } }: SeenFace): KnownPerson | null {
  return decision === 'match' || decision === 'unknown' ? person : null;
}

/**
 * One group for each person whose faces are sure. Then those of one face come together: an unknown who may be a person who is here, and
 * is never seen beside that person, is that person; so are two whose faces are surely alike. Two names for one face contradict each other
 * unless a reader has said which is right.
 */
export function sureGroups(seen: readonly SeenFace[], alike: Alike): Group[] {
  const groups = byPerson(seen);
  joinPossible(groups, alike);
  joinAlike(groups, alike);
  return [...groups];
}

/** A picture may show a person twice: a mirror, or two unknowns who were merged. The better face counts, the other one is somebody beside. */
function byPerson(seen: readonly SeenFace[]): Set<Group> {
  const groups = new Map<string, Group[]>();
  const best = [...seen].sort((a, b) => preference(b) - preference(a));
  for (const each of best) {
    const person = surePerson(each);
    if (!person) continue;
    const own = groups.get(person.id) ?? [];
    groups.set(person.id, own);
    const group = own.find(({ snapshots }) => !snapshots.has(each.ref.snapshotId));
    if (group) addFace(group, each);
    else own.push(newGroup(person, [each]));
  }
  return new Set([...groups.values()].flat());
}

const preference = ({ face }: SeenFace): number => (face.saidBy === null ? 0 : 10) + (face.similarity ?? 0) + ratingOf(face) / 10;

function joinPossible(groups: Set<Group>, alike: Alike): void {
  for (const group of groups) {
    if (group.person?.status !== 'unknown' || group.saidBy !== null) continue;
    const may = new Set(group.faces.flatMap(({ face }) => face.mayBeId ?? []));
    const known = [...groups].find(({ person }) => person !== null && person.status !== 'unknown' && may.has(person.id));
    if (!known || areSeenTogether(group, known) || likenessOf(group, known, alike) === 'different') continue;
    absorb(known, group);
    groups.delete(group);
  }
}

function joinAlike(groups: Set<Group>, alike: Alike): void {
  const compared = [...groups].sort((a, b) => b.faces.length - a.faces.length).slice(0, mostCompared);
  for (const [index, one] of compared.entries())
    for (const other of compared.slice(index + 1)) {
      if (!groups.has(one) || !groups.has(other) || one.person?.id === other.person?.id) continue;
      if (one.saidBy !== null && other.saidBy !== null) continue;
      if (areSeenTogether(one, other) || likenessOf(one, other, alike) !== 'same') continue;
      const [kept, gone] = isStronger(other, one) ? [other, one] : [one, other];
      const names = [kept, gone].flatMap(({ person }) => person ?? []);
      absorb(kept, gone);
      if (kept.saidBy === null && names.length === 2 && names.every(({ status }) => status !== 'unknown')) contradict(kept, names);
      groups.delete(gone);
    }
}

function contradict(group: Group, names: readonly KnownPerson[]): void {
  group.person = null;
  group.contradiction = names;
}

/** A reader's word comes before a name, a name before none, the older unknown before the younger, and more faces before fewer. */
function isStronger(one: Group, other: Group): boolean {
  if ((one.saidBy === null) !== (other.saidBy === null)) return one.saidBy !== null;
  const [a, b] = [one.person, other.person];
  if (!a || !b) return !a && b !== null;
  if ((a.status === 'unknown') !== (b.status === 'unknown')) return a.status !== 'unknown';
  if (a.status === 'unknown') return a.name.localeCompare(b.name, 'en', { numeric: true }) < 0;
  return one.faces.length > other.faces.length;
}
