import { AppError } from '@watchpost/shared/errors';
import { pairId, type Actor, type AuditEntry, type Changeset, type Head, type Inverse } from '../domain.ts';
import { undoMs } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { AuditStore } from '../store.ts';
import { createChange, undoChange, type Audited } from './change.ts';
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
  refuseIfBuiltOn(deps.mirror, undoable);
  for await (const later of newestOf(deps.audit, {}, signal)) {
    if (later.version <= undoable.entry.version) break;
    if (isBuiltOn(undoable, later)) throw builtOn();
  }
  return undoChange(undoable.entry, await changesOf(deps, base, undoable, signal), by, base);
}

async function findUndoable(audit: AuditStore, base: Head, idStart: string | null, by: Actor, signal: AbortSignal): Promise<Undoable> {
  const nothing = new AppError('change-refused', 'there is nothing that can still be undone');
  if (idStart === null) {
    for await (const entry of newestOf(audit, { actor: by.id }, signal)) {
      if (isTooOld(entry, base)) break;
      if (entry.undone || entry.action === 'undo') continue;
      if (!entry.inverse) break;
      return { entry, inverse: entry.inverse };
    }
    throw nothing;
  }
  if (idStart.length < shortestStart)
    throw new AppError('change-refused', `an entry is named by its id, or the first ${shortestStart} characters of it or more`);
  const [entry, ...others] = await audit.find(idStart, signal);
  if (!entry) throw new AppError('change-refused', `no entry has an id that begins with ${idStart}`);
  if (others.length > 0) throw new AppError('change-refused', `several entries have an id that begins with ${idStart}`);
  if (entry.undone) throw new AppError('change-refused', 'it was undone already');
  if (!entry.inverse) throw new AppError('change-refused', 'it cannot be undone');
  if (isTooOld(entry, base)) throw nothing;
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

function isTooOld({ atMs }: AuditEntry, { nowMs }: Head): boolean {
  return atMs < nowMs - undoMs;
}

/** Whoever was forgotten since stays forgotten, whatever undoing would bring back of them. */
function refuseIfGone(mirror: Mirror, { entry, inverse }: Undoable): void {
  const removed = new Set(inverse.persons.flatMap(({ id, set }) => (set.deleted === false ? [id] : [])));
  if (entry.personIds.some((id) => !removed.has(id) && mirror.stored(id) === null))
    throw new AppError('change-refused', 'somebody whom it concerns was forgotten since');
}

/** A change cannot be undone alone if a later one touched the same person, face or pair. */
function refuseIfBuiltOn(mirror: Mirror, { entry, inverse }: Undoable): void {
  const pairs = inverse.pairs.flatMap(({ id, personIds }) => mirror.pairsOf(personIds[0]).filter((pair) => pair.id === id));
  const faces = inverse.faces.flatMap(({ id }) => mirror.face(id) ?? []);
  const persons = inverse.persons.flatMap(({ id }) => mirror.stored(id) ?? []);
  if ([...persons, ...faces, ...pairs].some(({ version }) => version !== entry.version)) throw builtOn();
}

/** Whether a later entry corrected the same sighting, or a person whose removed faces undoing would bring back. */
function isBuiltOn({ entry, inverse }: Undoable, later: AuditEntry): boolean {
  if (later.undone || later.action === 'undo') return false;
  const same = (one: Inverse['assignments'][number], other: typeof one): boolean =>
    one.snapshotId === other.snapshotId && one.position === other.position;
  if (later.inverse?.assignments.some((each) => inverse.assignments.some((own) => same(own, each)))) return true;
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
  if (entry.action === 'split') return splitUndone(deps, base, { ...inverse, faces }, signal);
  if (entry.action === 'merge') return mergeUndone(mirror, { ...inverse, faces });
  // With a person go the faces that it got since.
  const known = new Set(inverse.faces.map(({ id }) => id));
  const leaving = inverse.persons.filter(({ set }) => set.deleted).flatMap(({ id }) => mirror.facesOf(id));
  const more = leaving.filter(({ id }) => !known.has(id)).map(({ id }) => ({ id, isNew: false, set: { deleted: true } }) as const);
  return { ...inverse, faces: [...faces, ...more] };
}

/** Whoever takes a merge back says that the two are not the same. Sightings matched since by the faces that return go with them. */
function mergeUndone(mirror: Mirror, inverse: Inverse): Inverse {
  const absorbed = inverse.persons.find(({ set }) => set.mergedInto === null)?.id;
  const kept = absorbed === undefined ? undefined : mirror.stored(absorbed)?.mergedInto;
  if (absorbed === undefined || !kept) return inverse;
  const id = pairId(absorbed, kept);
  const pairs = [...inverse.pairs.filter((pair) => pair.id !== id), { id, personIds: [absorbed, kept] as const, deleted: false }];
  const faceIds = inverse.faces.flatMap((face) => (face.set.personId === absorbed ? [face.id] : []));
  return { ...inverse, pairs, moveSightings: [...inverse.moveSightings, { faceIds, from: [kept], to: absorbed }] };
}

/** The faces return, and with them whatever the unknown got since; unless a reader said of a face that it is the unknown, who then stays. */
async function splitUndone(deps: UndoDeps, base: Head, inverse: Inverse, signal: AbortSignal): Promise<Omit<Changeset, 'audit'>> {
  const { mirror, sightings } = deps;
  const [unknown] = inverse.persons.flatMap(({ id, set }) => (set.deleted ? (mirror.stored(id) ?? []) : []));
  const kept = mirror.person(inverse.faces[0]?.set.personId ?? '');
  if (!unknown || !kept) throw builtOn();
  const seen = await sightings.ofPersons([unknown.id], lookBack, signal);
  if (seen.some(({ faces }) => faces.some(({ personId, saidBy }) => personId === unknown.id && saidBy !== null)))
    return { ...inverse, persons: [], pairs: [] };
  const change = createChange(base);
  await absorb(deps, base, change, { absorbed: unknown, kept }, signal);
  return { persons: [], faces: [], pairs: [], ...change.changeset(), moveSightings: inverse.moveSightings };
}
