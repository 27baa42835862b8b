import { AppError } from '@watchpost/shared/errors';
import type { Actor, AuditEntry } from '@watchpost/gallery/domain';
import type { Operation, Person } from '@watchpost/gallery/gallery';
import { nameKey } from '@watchpost/gallery/names';
import type { ComparableFace } from '@watchpost/gallery/questions';
import type { DeedDeps } from '../deps.ts';
import type { Claim } from './claim.ts';
import type { KeptNotes, Notes, NotesOfDeeds, Step } from './notes.ts';

type CarryOutDeps = Pick<DeedDeps, 'gallery' | 'operations' | 'questions'> & { notes: NotesOfDeeds };

/** How many of the newest audit entries are searched for a step whose answer was lost. */
const lookBack = 50;

/**
 * Does the steps that are left, and notes each. What was done already, by an attempt that was killed or by somebody who said the same,
 * counts as done. Rejects as PeopleOperations do; whoever calls it again goes on where it stopped.
 */
export async function carryOut(begun: KeptNotes, by: Actor, held: Claim, deps: CarryOutDeps, signal: AbortSignal): Promise<KeptNotes> {
  let kept = begun;
  while (kept.notes.next < kept.notes.steps.length) {
    await held.renew(signal);
    const step = kept.notes.steps[kept.notes.next];
    if (!step) throw new AppError('internal', 'a step of a deed is missing');
    const entry = (await isDone(step, kept.notes, deps, signal))
      ? await lostEntry(step, kept.notes, by, deps, signal)
      : await deps.operations.apply(operationOf(step, kept.notes, deps), by, signal);
    kept = await deps.notes.save({ ...kept, notes: await noted(step, entry, kept.notes, deps, signal) }, signal);
  }
  return kept;
}

async function noted(step: Step, entry: AuditEntry | null, notes: Notes, deps: CarryOutDeps, signal: AbortSignal): Promise<Notes> {
  const isNew = step.do === 'this-is' && step.name !== null;
  const created = isNew ? ((await faceOf(step, deps, signal))?.person?.id ?? null) : notes.created;
  const isKnown = entry === null || notes.entries.includes(entry.id);
  return { ...notes, next: notes.next + 1, created, entries: isKnown ? notes.entries : [...notes.entries, entry.id] };
}

async function isDone(step: Step, notes: Notes, deps: CarryOutDeps, signal: AbortSignal): Promise<boolean> {
  switch (step.do) {
    case 'this-is':
    case 'deny':
    case 'dismiss': {
      const face = await faceOf(step, deps, signal);
      return (
        face !== null && isSaid(step, face, await currentId(step.do === 'dismiss' ? null : (step.person ?? notes.created), deps, signal))
      );
    }
    case 'distinguish': {
      const mayBe = (await deps.gallery.person(step.person, signal))?.mayBe;
      return mayBe?.id !== (await currentId(step.other, deps, signal));
    }
    case 'ignore':
    case 'unignore':
      return ((await deps.gallery.person(step.person, signal))?.status === 'ignored') === (step.do === 'ignore');
    default:
      return step satisfies never;
  }
}

type FaceStep = Extract<Step, { do: 'this-is' | 'deny' | 'dismiss' }>;

/** Whether a face is what a step makes of it. `whom`: the step's person as it is now. */
function isSaid(step: FaceStep, { person, decision, saidBy }: ComparableFace, whom: string | null): boolean {
  switch (step.do) {
    case 'dismiss':
      return decision === 'unrecognisable' && person === null && saidBy !== null;
    case 'deny':
      return person?.id !== whom;
    case 'this-is':
      if (!person || decision === 'uncertain') return false;
      return step.name === null ? person.id === whom : nameKey(person.name) === nameKey(step.name);
    default:
      return step satisfies never;
  }
}

/** The person that this one became; null: forgotten. */
async function currentId(id: string | null, { gallery }: CarryOutDeps, signal: AbortSignal): Promise<string | null> {
  return id === null ? null : ((await gallery.person(id, signal))?.id ?? null);
}

async function faceOf(
  { snapshotId, position }: { snapshotId: string; position: number },
  { questions }: CarryOutDeps,
  signal: AbortSignal,
): Promise<ComparableFace | null> {
  const seen = await questions.seenIn([snapshotId], signal);
  return seen.get(snapshotId)?.find((face) => face.position === position) ?? null;
}

function operationOf(step: Step, notes: Notes, { questions }: CarryOutDeps): Operation {
  switch (step.do) {
    case 'this-is': {
      const { snapshotId, position } = step;
      if (step.name === null) {
        const id = step.person ?? notes.created;
        if (id === null) throw new AppError('person-not-found', 'the person was forgotten meanwhile');
        return { kind: 'this-is', snapshotId, position, person: { id } };
      }
      // Somebody may have got this name a moment ago.
      const namesakes = calledExactly(questions, step.name);
      const [only] = namesakes;
      return { kind: 'this-is', snapshotId, position, person: only && namesakes.length === 1 ? { id: only.id } : { name: step.name } };
    }
    case 'deny':
      return { kind: 'assign', snapshotId: step.snapshotId, position: step.position, person: null };
    case 'distinguish':
      return { kind: 'distinguish', person: step.person, other: step.other };
    case 'ignore':
    case 'unignore':
      return { kind: step.do, person: step.person };
    case 'dismiss':
      return { kind: 'dismiss', snapshotId: step.snapshotId, position: step.position };
    default:
      return step satisfies never;
  }
}

/** Everybody who has exactly this name, whatever its case and accents. */
export function calledExactly(questions: Pick<DeedDeps['questions'], 'findPeople'>, name: string): Person[] {
  return questions.findPeople(name, 50).filter((person) => nameKey(person.name) === nameKey(name));
}

const actionsOf: Record<Step['do'], readonly AuditEntry['action'][]> = {
  'this-is': ['assign'],
  deny: ['assign'],
  distinguish: ['distinguish'],
  ignore: ['ignore'],
  unignore: ['unignore'],
  dismiss: ['dismiss'],
};

/** The entry of a step that was done although its answer was lost; null: it needed nothing, or somebody else did it. */
async function lostEntry(
  step: Step,
  { entries, startedAtMs }: Notes,
  by: Actor,
  { operations }: CarryOutDeps,
  signal: AbortSignal,
): Promise<AuditEntry | null> {
  const newest = await operations.history(lookBack, signal);
  const isLost = ({ id, action, actor, atMs, undone }: AuditEntry): boolean =>
    actor.id === by.id && !undone && atMs >= startedAtMs && actionsOf[step.do].includes(action) && !entries.includes(id);
  return newest.findLast(isLost) ?? null;
}
