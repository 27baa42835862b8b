import { AppError } from '@watchpost/shared/errors';
import { personStatus, type Head, type StoredPerson } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import { validName } from '../names.ts';
import { createChange } from './change.ts';
import { correct, findLearnable, refuseRepeated, type Subject } from './plan-assign.ts';
import { absorb, chooseKept } from './plan-merge.ts';
import type { Plan, PlanDeps } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';

/** Whose face it is, as a reader says it. */
export interface Introduction {
  snapshotId: string;
  position: number;
  /** A person, or somebody new of this name. */
  person: { id: string } | { name: string };
  /** The reader, an actor's id. */
  saidBy: string;
}

/**
 * Somebody says whose face this is. An unknown whose face it surely is, is that person from now on, with everything that was seen of it;
 * unless the two are known not to be the same. In any other case the statement is about this face only.
 */
export async function planThisIs(deps: PlanDeps, base: Head, said: Introduction, signal: AbortSignal): Promise<Plan> {
  const { mirror } = deps;
  const { person, saidBy } = said;
  const subject = await findLearnable(deps, said, signal);
  const { matched } = subject;
  const unknown = unknownOf(subject);
  const known = 'id' in person ? resolvePerson(mirror, person.id) : whoHas(mirror, person.name, matched);
  if (known) refuseRepeated(subject, known);
  if (unknown && known && known.id !== unknown.id && !mirror.notSame(known.id, unknown.id))
    return join(deps, base, { ...subject, unknown, known, saidBy }, signal);
  if (unknown && !known && 'name' in person) return rename(base, { ...subject, unknown, saidBy }, validName(person.name));
  const change = createChange(base);
  const right = known ?? created(change.createPerson('name' in person ? person.name : ''), base);
  const wrong = unknown ?? namedOf(subject);
  return correct(deps, { base, change, saidBy }, { ...subject, right, wrong: wrong?.id === right.id ? null : wrong }, signal);
}

/** Whom it was taken for, surely or not. Of an unknown whose face it only may be, nothing is said: that one may be the right person too. */
function namedOf({ matched }: Subject): StoredPerson | null {
  return matched && !hasNoName(matched) ? matched : null;
}

interface Said extends Subject {
  unknown: StoredPerson;
  saidBy: string;
}

/** The unknown is somebody new. */
function rename(base: Head, { seen: { snapshotId }, position, face, unknown, saidBy }: Said, name: string): Plan {
  const change = createChange(base);
  change.setPerson(unknown, { name });
  change.assign({ snapshotId, position }, face, { personId: unknown.id, saidBy });
  return { change, summary: `${unknown.name} → ${name}` };
}

/** The unknown is somebody who is there. */
async function join(deps: PlanDeps, base: Head, said: Said & { known: StoredPerson }, signal: AbortSignal): Promise<Plan> {
  const { seen, position, face, unknown, known, saidBy } = said;
  const { absorbed, kept } = chooseKept(unknown, known);
  const change = createChange(base);
  await absorb(deps, base, change, { absorbed, kept }, signal);
  change.assign({ snapshotId: seen.snapshotId, position }, face, { personId: kept.id, saidBy });
  return { change, summary: `${absorbed.name} is ${kept.name}` };
}

/** The unknown whose face it surely is, ignored or not; null if it is anybody else's. */
function unknownOf({ face, matched }: Subject): StoredPerson | null {
  return matched && hasNoName(matched) && (face.decision !== 'uncertain' || face.saidBy !== null) ? matched : null;
}

function hasNoName(person: StoredPerson): boolean {
  return personStatus({ ...person, ignored: false }) === 'unknown';
}

/** Whom the name means: the person that was matched, or somebody without faces; null if nobody has it. Rejects with `name-taken` if somebody else has. */
function whoHas(mirror: Mirror, wanted: string, matched: StoredPerson | null): StoredPerson | null {
  const [namesake, ...others] = mirror.called(validName(wanted));
  if (!namesake) return null;
  const isFaceless = personStatus(namesake) === 'named' && mirror.facesOf(namesake.id).length === 0;
  if (others.length === 0 && (namesake.id === matched?.id || isFaceless)) return namesake;
  throw new AppError('name-taken', `somebody is called "${namesake.name}" already`);
}

function created({ id, name }: { id: string; name: string }, { nowMs }: Head): StoredPerson {
  const nobody = { number: null, aliases: [], ignored: false, mergedInto: null, mergedAtMs: null, formerNumbers: [], mayBe: null };
  return { id, name, ...nobody, deleted: false, createdAtMs: nowMs, version: 0 };
}
