import type { Actor } from '@watchpost/gallery/domain';
import type { Gallery, PeopleOperations, SightedFace } from '@watchpost/gallery/gallery';
import type { GalleryQuestions } from '@watchpost/gallery/questions';
import { AppError } from '@watchpost/shared/errors';
import { within } from '@watchpost/shared/wait';
import type { FaceRef } from '@watchpost/visits/visit';
import type { Said, Saying } from './schema.ts';

export interface SayDeps {
  gallery: Pick<Gallery, 'person'>;
  operations: Pick<PeopleOperations, 'apply' | 'undo'>;
  questions: Pick<GalleryQuestions, 'seenIn'>;
}

/** For taking back what was done when a later step failed. Milliseconds. */
const takeBackMs = 5_000;

/** Faces of one somebody, the clearest first, and what the page calls them. */
export interface Subject {
  faces: readonly FaceRef[];
  called: string;
  /** Whose they surely are. */
  personId: string | null;
}

/**
 * Does what somebody says about some faces of one person: the clearest says it, and the others follow where they did not by themselves.
 * What was done when a later step fails is taken back. Rejects as PeopleOperations, and with `change-refused` where the page is out of date.
 */
export async function sayAbout(subject: Subject, saying: Saying, by: Actor, deps: SayDeps, signal: AbortSignal): Promise<Said> {
  const entries: string[] = [];
  try {
    const summary = await steps(subject, saying, { ...deps, by, signal, note: (id) => entries.push(id) });
    return { entries, summary };
  } catch (error) {
    // Also where the request's time is over.
    await undoAll(entries, by, deps, within(new AbortController().signal, takeBackMs)).catch(() => undefined);
    throw error;
  }
}

/** Takes back these changes, the newest first. Rejects as `PeopleOperations.undo`. */
export async function undoAll(
  entries: readonly string[],
  by: Actor,
  { operations }: Pick<SayDeps, 'operations'>,
  signal: AbortSignal,
): Promise<void> {
  for (const id of entries.toReversed()) await operations.undo(id, by, signal);
}

interface StepDeps extends SayDeps {
  by: Actor;
  signal: AbortSignal;
  note: (entryId: string) => void;
}

async function steps(subject: Subject, saying: Saying, deps: StepDeps): Promise<string> {
  const { called } = subject;
  switch (saying.say) {
    case 'is':
      return `${called} is ${await becomes(subject, saying.person, deps)}`;
    case 'not': {
      const name = await nameOf(saying.subject, deps);
      const faces = await facesOf(subject, deps);
      const wrong = faces.filter(({ face }) => face.person?.id === saying.subject);
      if (wrong.length > 0) {
        for (const { ref } of wrong)
          await apply({ kind: 'assign', snapshotId: ref.snapshotId, position: ref.position, person: null }, deps);
      } else if (subject.personId !== null && subject.personId !== saying.subject) {
        await apply({ kind: 'distinguish', person: subject.personId, other: saying.subject }, deps);
      } else throw outOfDate(name);
      return `${called} is not ${name}`;
    }
    case 'ignore':
    case 'unignore': {
      const name = await nameOf(saying.subject, deps);
      if (subject.personId !== saying.subject) throw outOfDate(name);
      await apply({ kind: saying.say, person: saying.subject }, deps);
      return saying.say === 'ignore' ? `${name} is ignored from now on` : `${name} is reported again`;
    }
    case 'no-face':
      for (const { snapshotId, position } of subject.faces) await apply({ kind: 'dismiss', snapshotId, position }, deps);
      return `${called} is no face`;
    default:
      return saying satisfies never;
  }
}

/** All faces become this person's. Resolves to the name. */
async function becomes(subject: Subject, person: { id: string } | { name: string }, deps: StepDeps): Promise<string> {
  const [best] = subject.faces;
  if (!best) throw outOfDate('this face');
  await apply({ kind: 'this-is', snapshotId: best.snapshotId, position: best.position, person }, deps);
  // Of an unknown's face everything went along.
  const faces = await facesOf(subject, deps);
  const became = faces.find(({ ref }) => ref === best)?.face.person;
  const id = became?.id ?? ('id' in person ? person.id : null);
  const others = faces.filter(({ ref, face }) => ref !== best && (face.person?.id !== id || face.decision === 'uncertain'));
  for (const { ref } of others)
    if (id !== null) await apply({ kind: 'this-is', snapshotId: ref.snapshotId, position: ref.position, person: { id } }, deps);
  return became?.name ?? ('name' in person ? person.name : '');
}

async function apply(operation: Parameters<PeopleOperations['apply']>[0], { operations, by, signal, note }: StepDeps): Promise<void> {
  note((await operations.apply(operation, by, signal)).id);
}

async function nameOf(id: string, { gallery, signal }: StepDeps): Promise<string> {
  const person = await gallery.person(id, signal);
  if (!person) throw new AppError('person-not-found', 'this person was forgotten meanwhile');
  return person.name;
}

/** The faces as they are now; those that are erased are left out. */
async function facesOf({ faces }: Subject, { questions, signal }: StepDeps): Promise<{ ref: FaceRef; face: SightedFace }[]> {
  const seen = await questions.seenIn(
    faces.map(({ snapshotId }) => snapshotId),
    signal,
  );
  return faces.flatMap((ref) => {
    const face = seen.get(ref.snapshotId)?.find(({ position }) => position === ref.position);
    return face ? [{ ref, face }] : [];
  });
}

const outOfDate = (name: string): AppError =>
  new AppError('change-refused', `this has changed meanwhile: it is not about ${name} any more`);
