import type { ComparableFace, GalleryQuestions } from '@watchpost/gallery/questions';
import { ratingOf, type SeenFace } from './seen-faces.ts';

export type KnownPerson = NonNullable<ComparableFace['person']>;
export type Alike = GalleryQuestions['alike'];

/** Faces that are taken for one visitor's. */
export interface Group {
  faces: SeenFace[];
  /** One of each at most: nobody is in a picture twice. */
  snapshots: Set<string>;
  /** Whose they surely are; null: nobody's name is sure enough. */
  person: KnownPerson | null;
  /** A reader said so. */
  saidBy: string | null;
  /** The names that were found for it, if they contradict each other, likeliest first. */
  contradiction: readonly KnownPerson[];
  /** Other persons whose faces it took over. */
  absorbed: KnownPerson[];
  /** The best faces, to compare others with. */
  samples: SeenFace[];
}

/** How many faces stand for all of a group when it is compared. */
const mostSamples = 2;

export function newGroup(person: KnownPerson | null, faces: readonly SeenFace[] = []): Group {
  const group: Group = { faces: [], snapshots: new Set(), person, saidBy: null, contradiction: [], absorbed: [], samples: [] };
  for (const face of faces) addFace(group, face);
  return group;
}

export function addFace(group: Group, seen: SeenFace): void {
  group.faces.push(seen);
  group.snapshots.add(seen.ref.snapshotId);
  if (seen.face.saidBy !== null && seen.face.person !== null) group.saidBy ??= seen.face.saidBy;
  group.samples.push(seen);
  if (group.samples.length <= mostSamples) return;
  group.samples.sort((a, b) => ratingOf(b.face) - ratingOf(a.face));
  group.samples.length = mostSamples;
}

/** Whether some picture shows both: then they are two. */
export function areSeenTogether(one: Pick<Group, 'snapshots'>, other: Pick<Group, 'snapshots'>): boolean {
  const [few, many] = one.snapshots.size < other.snapshots.size ? [one, other] : [other, one];
  return [...few.snapshots].some((id) => many.snapshots.has(id));
}

/** What the best faces of two groups say: `same` if any two do, `different` if any two do and none are the same. */
export function likenessOf(one: Pick<Group, 'samples'>, other: Pick<Group, 'samples'>, alike: Alike): ReturnType<Alike> {
  let likeness: ReturnType<Alike> = 'unclear';
  for (const a of one.samples)
    for (const b of other.samples) {
      const each = alike(a.face, b.face);
      if (each === 'same') return each;
      if (each === 'different') likeness = each;
    }
  return likeness;
}

/** The first takes over all faces of the second. */
export function absorb(into: Group, from: Group): void {
  const { saidBy } = into;
  for (const face of from.faces) addFace(into, face);
  // What a reader said about the other one's faces says nothing about this person.
  into.saidBy = saidBy;
  into.absorbed.push(...(from.person ? [from.person] : []), ...from.absorbed);
}
