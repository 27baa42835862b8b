import { AppError } from '@watchpost/shared/errors';
import { chooseReferences, surplusReferences } from '../decide/references.ts';
import { personsSeen, personStatus, type Head, type Sighting, type SnapshotSightings, type StoredPerson } from '../domain.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import { createChange, type Change, type NewFace } from './change.ts';
import { absorb } from './plan-merge.ts';
import type { Plan, PlanDeps } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';

/** What a reader says about a face of a snapshot. */
export interface Statement {
  snapshotId: string;
  position: number;
  /** Null: not the person that it was matched to. */
  person: string | null;
  /** The reader, an actor's id. */
  saidBy: string;
}

/** The face that a statement is about, as it is now. */
export interface Subject {
  seen: SnapshotSightings;
  position: number;
  face: Sighting;
  /** Whose it is now; null if it is nobody's. */
  matched: StoredPerson | null;
  /** What was learnt from this face before. */
  learnt: IndexedFace[];
}

/** The statement about it. */
interface Corrected extends Subject {
  right: StoredPerson | null;
  wrong: StoredPerson | null;
}

/**
 * Somebody says that a face of a snapshot is this person or, with null, not the person it was matched to. What was learnt from the face
 * and contradicts is removed. The face becomes a reference of the right person and a negative of the wrong one, and the two are not the
 * same; unless the wrong one is a stranger whom only this face made, who then is the right person.
 */
export async function planAssign(deps: PlanDeps, base: Head, statement: Statement, signal: AbortSignal): Promise<Plan> {
  const subject = await findLearnable(deps, statement, signal);
  const { matched } = subject;
  const right = statement.person === null ? null : resolvePerson(deps.mirror, statement.person);
  refuseRepeated(subject, right);
  if (!matched && !right) throw new AppError('change-refused', 'the face was not matched to anybody');
  const wrong = matched && matched.id !== right?.id ? matched : null;
  return correct(deps, { base, change: createChange(base), saidBy: statement.saidBy }, { ...subject, right, wrong }, signal);
}

/** The face of the snapshot. Rejects with `change-refused` if there is none, or if nobody may learn from it any more. */
export async function findSubject(
  { mirror, sightings }: PlanDeps,
  { snapshotId, position }: Pick<Statement, 'snapshotId' | 'position'>,
  signal: AbortSignal,
): Promise<Subject> {
  const seen = await sightings.find(snapshotId, signal);
  if (!seen) throw new AppError('change-refused', 'no faces of the snapshot are known, or it is too old');
  const face = seen.faces[position];
  if (!face) throw new AppError('change-refused', 'the snapshot has no such face');
  const matched = mirror.person(face.personId ?? '');
  // The face is still there until it is erased, but nobody may learn from it any more.
  if (face.personId !== null && !matched) throw new AppError('change-refused', 'the face is of somebody who was forgotten');
  return { seen, position, face, matched, learnt: mirror.facesFrom(snapshotId, position) };
}

/** The same, of a face that can be learnt from. */
export async function findLearnable(
  deps: PlanDeps,
  where: Pick<Statement, 'snapshotId' | 'position'>,
  signal: AbortSignal,
): Promise<Subject> {
  const subject = await findSubject(deps, where, signal);
  if (subject.face.embedding.length === 0) throw new AppError('change-refused', 'the face was erased');
  return subject;
}

/** Whether a reader has said that it is no face. */
export function isDismissed({ decision, personId, saidBy }: Sighting): boolean {
  return saidBy !== null && personId === null && decision === 'unrecognisable';
}

/** A reader has said the same before. */
export function refuseRepeated({ face, matched }: Subject, right: Pick<StoredPerson, 'id'> | null): void {
  if (face.saidBy !== null && matched?.id === right?.id && !isDismissed(face))
    throw new AppError('change-refused', 'this was said already');
}

/** Carries out the statement. The persons are as they are now, except that the right one may be new in this change. */
export async function correct(
  deps: PlanDeps,
  { base, change, saidBy }: { base: Head; change: Change; saidBy: string },
  corrected: Corrected,
  signal: AbortSignal,
): Promise<Plan> {
  const { seen, position, face, right, wrong, learnt } = corrected;
  // The persons first: the audit entry names them in this order.
  for (const person of [right, wrong]) if (person) change.concerns(person.id);
  // Whatever the picture was like, a reader knows it for a face: only `dismiss` says that it is none.
  const decision = face.decision === 'unrecognisable' ? 'uncertain' : undefined;
  change.assign({ snapshotId: seen.snapshotId, position }, face, { personId: right?.id ?? null, saidBy, ...(decision && { decision }) });
  const isOneFace = wrong !== null && isMadeOf(deps, wrong, learnt);
  if (isOneFace && !right)
    throw new AppError('change-refused', `${wrong.name} is known from this face only: say who it is, or forget ${wrong.name}`);
  if (isOneFace && right) await absorb(deps, base, change, { absorbed: wrong, kept: right }, signal);
  else await learn(deps, change, corrected, signal);
  noteSeenTogether(deps, change, corrected, isOneFace ? wrong.id : null);
  return { change, summary: summaryOf(right, isOneFace ? null : wrong) };
}

function summaryOf(right: StoredPerson | null, wrong: StoredPerson | null): string {
  return [right && `a face is ${right.name}`, wrong && `a face is not ${wrong.name}`].filter(Boolean).join(', ');
}

/** Whether an unknown has no other references than these. */
export function isMadeOf({ mirror }: PlanDeps, person: StoredPerson, faces: readonly IndexedFace[]): boolean {
  if (personStatus(person) !== 'unknown') return false;
  const ids = new Set(faces.map(({ id }) => id));
  const references = mirror.idsOf(person.id).flatMap((id) => mirror.facesOf(id).filter(({ role }) => role === 'reference'));
  return references.length > 0 && references.every(({ id }) => ids.has(id));
}

async function learn(deps: PlanDeps, change: Change, corrected: Corrected, signal: AbortSignal): Promise<void> {
  const { mirror } = deps;
  const { seen, position, face, right, wrong } = corrected;
  const { modelId, embedding, quality, sizePx } = face;
  const left = unlearn(deps, change, corrected);
  const isLearnt = (role: IndexedFace['role'], person: StoredPerson): boolean =>
    left.some((each) => each.role === role && each.modelId === modelId && isOf(deps, each, person));
  const newFace = { modelId, embedding, quality, sizePx, snapshotId: seen.snapshotId, position };
  if (right && !isLearnt('reference', right)) {
    const crop = await cropOf(deps, corrected, signal);
    await addReference(deps, change, { ...newFace, personId: right.id, role: 'reference', shows: null, crop }, signal);
  }
  if (wrong && !isLearnt('negative', wrong))
    await addNegative(deps, change, { ...newFace, personId: wrong.id, role: 'negative', shows: right?.id ?? null }, signal);
  // Whoever has a negative of the face was the wrong one of an earlier statement: "not Bob", and now "Ada".
  const wrongs = left.flatMap((each) => (each.role === 'negative' ? (mirror.person(each.personId) ?? []) : []));
  for (const each of new Set(wrong ? [wrong, ...wrongs] : wrongs))
    if (right && !mirror.notSame(right.id, each.id)) change.setPair(right.id, each.id, false);
}

/** Removes what contradicts. Returns the rest: a reference of the right person, and negatives of others, which now show that person. */
function unlearn(deps: PlanDeps, change: Change, { right, learnt }: Corrected): IndexedFace[] {
  const shows = right?.id ?? null;
  const agrees = (each: IndexedFace): boolean => (each.role === 'reference') === (right !== null && isOf(deps, each, right));
  const left = learnt.filter((each) => agrees(each));
  for (const each of left) if (each.role === 'negative' && each.shows !== shows) change.setShows(each, shows);
  for (const each of learnt) {
    if (agrees(each)) continue;
    change.removeFace(each.id);
    change.concerns(each.personId);
  }
  return left;
}

function isOf({ mirror }: PlanDeps, { personId }: IndexedFace, person: StoredPerson): boolean {
  return mirror.person(personId)?.id === person.id;
}

/** The face's picture, so that another model can embed it later. */
async function cropOf(
  { sightings, store }: PlanDeps,
  { seen, position, learnt }: Corrected,
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const own = await sightings.crop(seen.snapshotId, position, signal);
  const reference = learnt.find(({ role }) => role === 'reference');
  return own ?? (reference ? store.crop(reference.id, signal) : null);
}

async function addReference({ vectorsOf, references }: PlanDeps, change: Change, face: NewFace, signal: AbortSignal): Promise<void> {
  const existing = await vectorsOf(face.personId, face.modelId, 'reference', signal);
  const { add, evict } = chooseReferences(existing, { vector: face.embedding, quality: face.quality }, references);
  if (add) change.addFace(face);
  if (evict !== null) change.removeFace(evict);
}

/** A negative is always kept, since somebody said it; above the cap one that resembles another makes room. */
async function addNegative(
  { vectorsOf, references: { cap } }: PlanDeps,
  change: Change,
  face: NewFace,
  signal: AbortSignal,
): Promise<void> {
  const existing = await vectorsOf(face.personId, face.modelId, 'negative', signal);
  const own = { id: '', vector: face.embedding, quality: Infinity };
  for (const id of surplusReferences([...existing, own], cap)) if (id !== own.id) change.removeFace(id);
  change.addFace(face);
}

/** The other faces of a picture are other persons. Named persons are never merged by themselves: they need no note. `gone`: a person merged just now. */
function noteSeenTogether({ mirror }: PlanDeps, change: Change, { seen, position, right }: Corrected, gone: string | null): void {
  if (!right) return;
  const others = personsSeen(seen.faces.filter((_, index) => index !== position)).flatMap((id) => mirror.person(id) ?? []);
  for (const other of others) {
    const oneIsUnknown = [right, other].some((person) => personStatus(person) === 'unknown');
    if (other.id !== right.id && other.id !== gone && oneIsUnknown && !mirror.notSame(right.id, other.id))
      change.setPair(right.id, other.id, false);
  }
}
