import { AppError } from '@watchpost/shared/errors';
import {
  changesNothing,
  pairId,
  type Actor,
  type AuditEntry,
  type Changeset,
  type FaceDecision,
  type Head,
  type Inverse,
  type SightingMove,
} from '../domain.ts';
import { undoMs } from '../gallery.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { AuditStore } from '../store.ts';
import { createChange, undoChange, type Audited } from './change.ts';
import { learntSince, type Leaving } from './learnt-since.ts';
import { absorb } from './plan-merge.ts';
import type { PlanDeps } from './plan.ts';

export interface UndoDeps extends PlanDeps {
  audit: AuditStore;
}

/** How many of an unknown's newest sightings are searched for one of which a reader said who it is. */
const lookBack = 200;
/** Entries read at once: an entry may hold the inverse of a merge of two hundred faces. */
const pageSize = 50;
const shortestStart = 6;

/** An entry, with the change that undoes it. */
interface Undoable {
  entry: AuditEntry;
  inverse: Inverse;
}

/** Undoes the newest entry of this actor (null), or the one whose id begins like this. */
export async function planUndo(deps: UndoDeps, base: Head, idStart: string | null, by: Actor, signal: AbortSignal): Promise<Audited> {
  const undoable = await findUndoable(deps.audit, base, idStart, by, signal);
  refuseIfGone(deps.mirror, undoable);
  refuseIfTaken(deps.mirror, undoable);
  const later = await entriesAfter(deps.audit, undoable.entry, signal);
  refuseIfTouched(deps.mirror, undoable, later);
  if (later.some((each) => isBuiltOn(undoable, each))) throw builtOn();
  return undoChange(undoable.entry, await changesOf(deps, base, undoable, signal), by, base);
}

async function findUndoable(audit: AuditStore, base: Head, idStart: string | null, by: Actor, signal: AbortSignal): Promise<Undoable> {
  if (idStart === null) {
    for await (const entry of newestOf(audit, { actor: by.id }, signal)) {
      if (isTooOld(entry, base)) break;
      if (entry.undone || changesNothing(entry.action)) continue;
      if (!entry.inverse) break;
      return { entry, inverse: entry.inverse };
    }
    throw new AppError(
      'change-refused',
      `nothing that ${by.id} has changed can still be undone: a change can be undone for ten minutes, somebody else's by its id`,
    );
  }
  if (idStart.length < shortestStart)
    throw new AppError('change-refused', `an entry is named by its id, or the first ${shortestStart} characters of it or more`);
  const [entry, ...others] = await audit.find(idStart, signal);
  if (!entry) throw new AppError('change-refused', `no entry has an id that begins with ${idStart}`);
  if (others.length > 0) throw new AppError('change-refused', `several entries have an id that begins with ${idStart}`);
  if (entry.undone) throw new AppError('change-refused', 'it was undone already');
  if (!entry.inverse) throw new AppError('change-refused', 'it cannot be undone');
  if (isTooOld(entry, base)) throw new AppError('change-refused', 'it is too late: a change can be undone for ten minutes');
  return { entry, inverse: entry.inverse };
}

/** The newest entries one by one, newest first; as many as the caller takes. */
async function* newestOf(audit: AuditStore, which: { actor?: string }, signal: AbortSignal): AsyncGenerator<AuditEntry> {
  for (let below = Number.MAX_SAFE_INTEGER; ;) {
    const page = await audit.newest(pageSize, { ...which, below }, signal);
    yield* page;
    const last = page.at(-1);
    if (!last) return;
    below = last.version;
  }
}

/** The entries after this one, newest first: no more than are made in the time in which a change can be undone. */
async function entriesAfter(audit: AuditStore, { version }: AuditEntry, signal: AbortSignal): Promise<AuditEntry[]> {
  const later: AuditEntry[] = [];
  for await (const entry of newestOf(audit, {}, signal)) {
    if (entry.version <= version) break;
    later.push(entry);
  }
  return later;
}

function isTooOld({ atMs }: AuditEntry, { nowMs }: Head): boolean {
  return atMs < nowMs - undoMs;
}

/** Whoever was forgotten since stays forgotten, whatever undoing would bring back of them. */
function refuseIfGone(mirror: Mirror, { entry, inverse }: Undoable): void {
  const removed = new Set(inverse.persons.flatMap(({ id, set }) => (set.deleted === false ? [id] : [])));
  if (entry.personIds.some((id) => !removed.has(id) && mirror.stored(id) === null))
    throw new AppError('change-refused', 'somebody whom it concerns was forgotten since');
}

/** A change cannot be undone alone if a later one touched the same person, face or pair, and was not undone itself. */
function refuseIfTouched(mirror: Mirror, { entry, inverse }: Undoable, later: readonly AuditEntry[]): void {
  const pairs = inverse.pairs.flatMap(({ id, personIds }) => mirror.pairsOf(personIds[0]).filter((pair) => pair.id === id));
  const faces = inverse.faces.flatMap(({ id }) => mirror.face(id) ?? []);
  const told = new Set(later.map(({ version }) => version));
  // What changes a person and is not in the audit is no more than whom that unknown may be: what counts is the change before.
  const lastTold = (id: string): number =>
    later.find((each) => idsIn(each.inverse).includes(id) || (each.action === 'undo' && each.personIds.includes(id)))?.version ??
    entry.version;
  const persons = inverse.persons
    .filter((each) => !isHint(each))
    .flatMap(({ id }) => mirror.stored(id) ?? [])
    .map(({ id, version }) => ({ id, version: told.has(version) ? version : lastTold(id) }));
  const touched = [...persons, ...faces, ...pairs].filter(({ version }) => version !== entry.version);
  if (touched.length === 0) return;
  const standing = new Set(later.filter(({ undone, action }) => !undone && action !== 'undo').flatMap((each) => idsIn(each.inverse)));
  const undos = new Set(later.flatMap(({ undoes, version }) => (later.some(({ id }) => id === undoes) ? [version] : [])));
  // A picture may have told since whom a negative shows. It goes all the same.
  const own = new Set(inverse.faces.flatMap(({ id, set }) => (set.deleted && mirror.face(id)?.role === 'negative' ? [id] : [])));
  if (touched.some(({ id, version }) => standing.has(id) || !(undos.has(version) || own.has(id)))) throw builtOn();
}

function idsIn(inverse: Inverse | null): string[] {
  if (!inverse) return [];
  const persons = inverse.persons.filter((each) => !isHint(each));
  return [persons, inverse.faces, inverse.pairs].flatMap((changes) => changes.map(({ id }) => id));
}

/** Whether no more is changed of a person than whom it may be. Nothing depends on that. */
function isHint({ set }: Inverse['persons'][number]): boolean {
  return Object.keys(set).every((field) => field === 'mayBe');
}

/** A name that somebody else has got since stays theirs. */
function refuseIfTaken(mirror: Mirror, { inverse }: Undoable): void {
  const own = new Set(inverse.persons.map(({ id }) => id));
  for (const { set } of inverse.persons) {
    const taken = set.name === undefined ? undefined : mirror.called(set.name).find(({ id }) => !own.has(id));
    if (taken) throw new AppError('name-taken', `somebody is called "${taken.name}" by now`);
  }
}

/**
 * Whether a later entry corrected the same sighting, or a person whose removed faces undoing would bring back; or whether it forgot
 * whom a face shows that the entry changed.
 */
function isBuiltOn({ entry, inverse }: Undoable, later: AuditEntry): boolean {
  if (later.undone || later.action === 'undo') return false;
  const same = (one: Inverse['assignments'][number], other: typeof one): boolean =>
    one.snapshotId === other.snapshotId && one.position === other.position;
  if (later.inverse?.assignments.some((each) => inverse.assignments.some((own) => same(own, each)))) return true;
  // Somebody was told to be of a person whom undoing would remove. A split tells that itself.
  const removed = new Set(entry.action === 'assign' ? inverse.persons.flatMap(({ id, set }) => (set.deleted ? [id] : [])) : []);
  if (later.personIds.some((id) => removed.has(id))) return true;
  const changed = new Set(inverse.faces.map(({ id }) => id));
  if (later.action === 'forget' && later.inverse?.faces.some(({ id }) => changed.has(id))) return true;
  const bringsBack = inverse.faces.some(({ set }) => set.deleted === false);
  return bringsBack && later.action === 'assign' && later.personIds.some((id) => entry.personIds.includes(id));
}

function builtOn(): AppError {
  return new AppError('change-refused', 'a later change depends on it');
}

/** What undoing changes: the inverse, without what is gone by itself, and with what came of the change since. */
async function changesOf(deps: UndoDeps, base: Head, { entry, inverse }: Undoable, signal: AbortSignal): Promise<Omit<Changeset, 'audit'>> {
  const { mirror } = deps;
  // A face that was replaced by a better one since stays replaced.
  const faces = inverse.faces.filter(({ id, set }) => set.deleted === false || mirror.face(id));
  // Nor is whom somebody may be, if anything was changed of that one since.
  const persons = inverse.persons.filter((each) => !isHint(each) || mirror.stored(each.id)?.version === entry.version);
  const whole = { ...inverse, persons, faces };
  if (entry.action === 'split') return splitUndone(deps, base, { entry, inverse: whole }, signal);
  if (inverse.persons.some(({ set }) => set.mergedInto === null)) return mergeUndone(deps, { entry, inverse: whole }, signal);
  if (entry.action === 'assign') return assignUndone(deps, { entry, inverse: whole }, signal);
  // With a person go the faces that it got since.
  const known = new Set(inverse.faces.map(({ id }) => id));
  const leaving = inverse.persons.filter(({ set }) => set.deleted).flatMap(({ id }) => mirror.facesOf(id));
  const more = leaving.filter(({ id }) => !known.has(id)).map(({ id }) => ({ id, isNew: false, set: { deleted: true } }) as const);
  return { ...inverse, persons, faces: [...faces, ...more] };
}

/**
 * Whoever takes a merge back, however it was made, says that the two are not the same. What came since of the faces that return goes with
 * them: the sightings that they matched, and what was learnt from those.
 */
async function mergeUndone(deps: UndoDeps, { entry, inverse }: Undoable, signal: AbortSignal): Promise<Inverse> {
  const undone = { ...inverse, faces: [...inverse.faces], pairs: [...inverse.pairs], moveSightings: [...inverse.moveSightings] };
  for (const { id: absorbed, set } of inverse.persons) {
    const kept = deps.mirror.stored(absorbed)?.mergedInto;
    if (set.mergedInto !== null || !kept) continue;
    const id = pairId(absorbed, kept);
    undone.pairs = [...undone.pairs.filter((pair) => pair.id !== id), { id, personIds: [absorbed, kept], deleted: false }];
    const moved = (entry.inverse ?? inverse).faces.flatMap((face) => (face.set.personId === absorbed ? [face.id] : []));
    const faceIds = [...moved, ...deps.mirror.facesOf(absorbed).map((face) => face.id)];
    const { faces, sightings } = await gone(deps, { faceIds, personId: kept, since: entry.version }, absorbed, signal);
    undone.faces.push(...faces);
    undone.moveSightings.push(sightings);
  }
  return undone;
}

/**
 * What was matched since by the reference that the statement made goes to whom the face was taken for before, or to nobody if that was
 * not sure; what was learnt from it is unlearnt.
 */
async function assignUndone(deps: UndoDeps, { entry, inverse }: Undoable, signal: AbortSignal): Promise<Inverse> {
  const { mirror, sightings } = deps;
  const [before] = inverse.assignments;
  const made = inverse.faces.flatMap(({ id, set }) => (set.deleted ? (mirror.face(id) ?? []) : []));
  const reference = made.find(({ role }) => role === 'reference');
  const right = mirror.person(reference?.personId ?? '');
  if (!before || !reference || !right) return inverse;
  const decision = (await sightings.find(before.snapshotId, signal))?.faces[before.position]?.decision;
  const to = wasSure(before, decision) ? (mirror.person(before.personId ?? '')?.id ?? null) : null;
  if (to === right.id) return inverse;
  const leaving = { faceIds: [reference.id], personId: reference.personId, since: entry.version };
  const learnt = allOfSomebodyNew(mirror, inverse, reference) ?? (await learntSince(deps, leaving, signal));
  const unlearnt = learnt.map(({ id }) => ({ id, isNew: false, set: { deleted: true } }) as const);
  const move = { faceIds: [reference.id, ...learnt.map(({ id }) => id)], from: mirror.idsOf(right.id), to };
  return { ...inverse, faces: [...inverse.faces, ...unlearnt], moveSightings: [...inverse.moveSightings, move] };
}

function wasSure({ saidBy }: Inverse['assignments'][number], decision: FaceDecision | undefined): boolean {
  return saidBy !== null || decision === 'match' || decision === 'unknown';
}

/** With a new person goes all that it got since. Null if the person is not new. */
function allOfSomebodyNew(mirror: Mirror, { persons }: Inverse, reference: IndexedFace): IndexedFace[] | null {
  const isNew = persons.some(({ id, set }) => id === reference.personId && set.deleted);
  return isNew ? mirror.facesOf(reference.personId).filter(({ id }) => id !== reference.id) : null;
}

/** The faces return, and with them whatever the unknown got since; unless a reader said of a face that it is the unknown, who then stays. */
async function splitUndone(
  deps: UndoDeps,
  base: Head,
  { entry, inverse }: Undoable,
  signal: AbortSignal,
): Promise<Omit<Changeset, 'audit'>> {
  const { mirror, sightings } = deps;
  const [unknown] = inverse.persons.flatMap(({ id, set }) => (set.deleted ? (mirror.stored(id) ?? []) : []));
  const kept = mirror.person(inverse.faces[0]?.set.personId ?? '');
  if (!unknown || !kept) throw builtOn();
  const seen = await sightings.ofPersons([unknown.id], lookBack, signal);
  if (seen.some(({ faces }) => faces.some(({ personId, saidBy }) => personId === unknown.id && saidBy !== null))) {
    const faceIds = inverse.faces.map(({ id }) => id);
    const more = await gone(deps, { faceIds, personId: unknown.id, since: entry.version }, kept.id, signal);
    return {
      ...inverse,
      persons: [],
      pairs: [],
      faces: [...inverse.faces, ...more.faces],
      moveSightings: [...inverse.moveSightings, more.sightings],
    };
  }
  const change = createChange(base);
  await absorb(deps, base, change, { absorbed: unknown, kept }, signal);
  return { persons: [], faces: [], pairs: [], ...change.changeset(), moveSightings: inverse.moveSightings };
}

/** What goes with faces that go back to somebody: what was learnt through them, as far as there is room, and the sightings. */
async function gone(
  deps: UndoDeps,
  leaving: Leaving,
  to: string,
  signal: AbortSignal,
): Promise<{ faces: Inverse['faces']; sightings: SightingMove }> {
  const learnt = await learntSince(deps, leaving, signal);
  const there = deps.mirror.facesOf(to).flatMap(({ id, role }) => (role === 'reference' ? [id] : []));
  const room = deps.references.cap - new Set([...leaving.faceIds, ...there]).size;
  const faces = learnt.map(({ id }, index) => ({ id, isNew: false as const, set: index < room ? { personId: to } : { deleted: true } }));
  return { faces, sightings: { faceIds: [...leaving.faceIds, ...learnt.map(({ id }) => id)], from: [leaving.personId], to } };
}
