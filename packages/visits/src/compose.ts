import type { ComparableFace } from '@watchpost/gallery/questions';
import { areSeenTogether, type Alike, type Group } from './compose/groups.ts';
import { numberGroups, numberOfFaces } from './compose/numbers.ts';
import { cannotBeTold, keyOf, ratingOf, seenFaces, untold, type SeenFace } from './compose/seen-faces.ts';
import { sureGroups, surePerson } from './compose/sure-groups.ts';
import { surenessOf } from './compose/sureness.ts';
import { addUncertain } from './compose/uncertain-faces.ts';
import type { VisitBody } from './visit.ts';
import type { Visitor, VisitView } from './visit-view.ts';

/** Who was there, and what the visit must keep of it with its post. */
export interface Composed extends Pick<VisitBody, 'numbers' | 'persons' | 'asked'> {
  view: VisitView;
}

/**
 * Who was there, from what all snapshots of a visit say together and the faces as they are known now. Two faces of one snapshot are
 * never one visitor. `faces`: from `GalleryQuestions.seenIn`, perhaps with those of other visits. Pure.
 */
export function compose(visit: VisitBody, faces: ReadonlyMap<string, readonly ComparableFace[]>, alike: Alike): Composed {
  const seen = seenFaces(visit, faces);
  const not = deniedBy(visit);
  const sure = sureGroups(seen, alike);
  const uncertain = seen.filter((each) => !surePerson(each));
  const groups = addUncertain(sure, uncertain, { numbers: numberOfFaces(visit.numbers), not }, alike);
  for (const group of groups) group.faces.sort(byTime);
  const { numbered, numbers } = numberGroups(groups, visit.numbers);
  const visitors = [...numbered].sort(([a], [b]) => a - b).map(([number, group]) => toVisitor(number, group, groups, not.get(number)));
  const moments = visit.snapshots.map(({ takenAtMs }) => takenAtMs);
  const view: VisitView = {
    visitors,
    ...untold(visit, faces),
    fromMs: Math.min(...moments),
    toMs: Math.max(...moments),
    snapshots: moments.length,
    bestSnapshotId: bestSnapshot(seen) ?? crowdedSnapshot(visit, faces),
  };
  const persons = unique(visitors.flatMap(({ person }) => person?.id ?? []));
  const asked = unique([
    ...visitors.flatMap(({ could }) => could?.id ?? []),
    ...groups.flatMap(({ absorbed, contradiction }) => [...absorbed, ...contradiction].map(({ id }) => id)),
    ...visit.said.map(({ notPerson }) => notPerson),
  ]).filter((id) => !persons.includes(id));
  return { view, numbers, persons, asked };
}

/** The visitor of a number: also of one that another visitor has taken over since the button was shown. */
export function visitorOf(view: VisitView, { numbers }: Pick<VisitBody, 'numbers'>, number: number): Visitor | null {
  const own = view.visitors.find((each) => each.number === number);
  if (own) return own;
  const faces = new Set(numbers.find((each) => each.number === number)?.faces.map((ref) => keyOf(ref)));
  return view.visitors.find((each) => each.faces.some((ref) => faces.has(keyOf(ref)))) ?? null;
}

const byTime = (a: SeenFace, b: SeenFace): number => a.takenAtMs - b.takenAtMs || (a.ref.snapshotId < b.ref.snapshotId ? -1 : 1);

const unique = (ids: readonly string[]): string[] => [...new Set(ids)];

function deniedBy({ said }: Pick<VisitBody, 'said'>): Map<number, Set<string>> {
  const denied = new Map<number, Set<string>>();
  for (const { number, notPerson } of said) denied.set(number, (denied.get(number) ?? new Set()).add(notPerson));
  return denied;
}

function toVisitor(number: number, group: Group, groups: readonly Group[], denied: ReadonlySet<string> | undefined): Visitor {
  const { person, saidBy, contradiction, faces } = group;
  const matched = faces.filter((each) => person !== null && surePerson(each)?.id === person.id).map(({ face }) => face);
  const similarities = matched.flatMap(({ similarity }) => similarity ?? []);
  const best = faces.reduce((one, other) => (ratingOf(other.face) > ratingOf(one.face) ? other : one));
  return {
    number,
    standing: person?.status ?? 'uncertain',
    person: person && { id: person.id, name: person.name },
    could: couldBe(group, groups, denied),
    contradictory: contradiction.length > 0,
    similarity: saidBy !== null || similarities.length === 0 ? null : Math.max(...similarities),
    sureness: person === null ? null : saidBy === null ? surenessOf(matched) : 'said',
    isNew: person?.status === 'unknown' && matched.some(({ decision, similarity }) => decision === 'unknown' && similarity === null),
    saidBy,
    faces: faces.map(({ ref }) => ref),
    best: best.ref,
    sizePx: Math.max(...faces.map(({ face }) => face.sizePx)),
  };
}

/** Whom to ask about: nobody of whom readers said no, and nobody who is beside this face in a picture. */
function couldBe(group: Group, groups: readonly Group[], denied: ReadonlySet<string> | undefined): Visitor['could'] {
  if (group.person !== null && group.person.status !== 'unknown') return null;
  if (group.saidBy !== null) return null;
  const isBeside = (id: string): boolean =>
    groups.some((other) => other !== group && other.person?.id === id && areSeenTogether(group, other));
  const candidates = new Map<string, { id: string; name: string; votes: number }>();
  for (const { id, name, weight } of namesIn(group)) {
    const votes = (candidates.get(id)?.votes ?? 0) + weight;
    candidates.set(id, { id, name, votes });
  }
  const best = [...candidates.values()].filter(({ id }) => !denied?.has(id) && !isBeside(id)).sort((a, b) => b.votes - a.votes)[0];
  return best ? { id: best.id, name: best.name } : null;
}

/** Whom each face may be. An ignored person is not asked about. */
function namesIn({ person, contradiction, faces }: Group): { id: string; name: string; weight: number }[] {
  const ofContradiction = contradiction.map(({ id, name }, index) => ({ id, name, weight: 1_000 - index }));
  const ofFaces = faces.flatMap(({ face }) => {
    const { person: nearest, mayBeId, mayBe, similarity } = face;
    const weight = 1 + (similarity ?? 0);
    if (person !== null) return mayBeId !== null && mayBe !== null ? [{ id: mayBeId, name: mayBe, weight }] : [];
    return nearest && nearest.status !== 'ignored' ? [{ id: nearest.id, name: nearest.name, weight }] : [];
  });
  return [...ofContradiction, ...ofFaces];
}

/** The snapshot that shows most of the visitors; of several the clearest, with the largest faces; of those the first. */
function bestSnapshot(seen: readonly SeenFace[]): string | null {
  const shown = new Map<string, { faces: number; rating: number }>();
  for (const { face, ref } of seen) {
    const { faces, rating } = shown.get(ref.snapshotId) ?? { faces: 0, rating: 0 };
    shown.set(ref.snapshotId, { faces: faces + 1, rating: rating + ratingOf(face) });
  }
  const [best] = [...shown].sort(([, a], [, b]) => b.faces - a.faces || b.rating - a.rating);
  return best?.[0] ?? null;
}

/** Where nobody can be told apart: the snapshot with most faces. */
function crowdedSnapshot({ snapshots }: VisitBody, faces: ReadonlyMap<string, readonly ComparableFace[]>): string | null {
  const counted = snapshots.map(({ snapshotId }) => ({
    snapshotId,
    count: (faces.get(snapshotId) ?? []).filter((face) => cannotBeTold(face)).length,
  }));
  const [most] = counted.sort((a, b) => b.count - a.count);
  return most && most.count > 0 ? most.snapshotId : null;
}
