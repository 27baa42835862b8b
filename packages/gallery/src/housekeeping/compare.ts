import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '@watchpost/shared/wait';
import { personStatus, type StoredPerson } from '../domain.ts';
import { inSteps, type Steps } from '../memory/concurrency.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import type { Mirror } from '../memory/mirror.ts';
import { findSame, unknownsAt, type Finding, type FindSameDeps } from './find-same.ts';

export interface ComparedFaces {
  faces: number;
  /** All faces up to this version have been compared with all others. */
  upTo: number;
  /** The budget was spent before everything was compared. */
  unfinished: boolean;
  cpuMs: number;
}

/** Faces that one round compares; to sort all of a large gallery's would take longer than the event loop may stand still. */
const most = 2_000;

/** Of a commit with so many faces that one round does not compare all: the faces that are done. */
interface Partly {
  version: number;
  done: Set<string>;
}

/**
 * Looks for whom the unknowns are whose faces are newer than `comparedUpTo`, or near a person who was named or got a face since, the oldest
 * first, until all are compared or the budget is spent; at least one. Yields to jobs before every search: one among 100,000 faces takes about 10 ms.
 */
export type CompareFaces = (
  comparedUpTo: number,
  /** CPU time for comparing, milliseconds. Finding out which faces are to be compared takes its own: among 50,000 people it would be all there is. */
  budgetMs: number,
  onFinding: (finding: Finding) => Promise<void>,
  signal: AbortSignal,
) => Promise<ComparedFaces>;

export function createCompareFaces(deps: FindSameDeps): CompareFaces {
  const { mirror } = deps;
  let partly: Partly = { version: 0, done: new Set() };

  return async (comparedUpTo, budgetMs, onFinding, signal) => {
    const { version } = mirror.head;
    // A version that is still to come is of another history: the database was restored.
    let upTo = comparedUpTo > version ? 0 : comparedUpTo;
    // The sweep has gone through all persons just now.
    await breathe();
    const startMs = performance.now();
    const fresh = upTo < version ? await freshFaces(mirror, upTo, version, partly) : [];
    const lookingMs = performance.now() - startMs;
    let [faces, cpuMs] = [0, 0];
    const run = async <T>(steps: Steps<T>): Promise<T> => {
      for (;;) {
        await breathe();
        const stepMs = performance.now();
        const step = steps.next();
        cpuMs += performance.now() - stepMs;
        if (step.done === true) return step.value;
      }
    };
    for (const face of fresh) {
      throwIfAborted(signal);
      if (faces > 0 && cpuMs >= budgetMs) return { faces, upTo, unfinished: true, cpuMs: lookingMs + cpuMs };
      if (face.version !== partly.version) partly = { version: face.version, done: new Set() };
      upTo = face.version - 1;
      for (const id of await run(unknownsAt(deps, face.id))) {
        throwIfAborted(signal);
        const finding = await run(findSame(deps, id));
        if (finding) await onFinding(finding);
      }
      partly.done.add(face.id);
      faces += 1;
    }
    if (fresh.length === most) return { faces, upTo, unfinished: true, cpuMs: lookingMs + cpuMs };
    partly = { version: 0, done: new Set() };
    return { faces, upTo: version, unfinished: false, cpuMs: lookingMs + cpuMs };
  };
}

/** A face to compare, and the version that is the reason. */
type Fresh = Pick<IndexedFace, 'id' | 'version'>;

/**
 * The oldest faces of unknowns in this range of versions that are not done, oldest first; at most `most`. Of unknowns who may be somebody
 * who has a new face, one face each. Of a person who was named, or has a new face, the newest one.
 */
async function freshFaces(mirror: Mirror, since: number, upTo: number, partly: Partly): Promise<Fresh[]> {
  let fresh: Fresh[] = [];
  const isDone = ({ id, version }: Fresh): boolean => version === partly.version && partly.done.has(id);
  const isFresh = ({ role, version }: IndexedFace): boolean => role === 'reference' && version > since && version <= upTo;
  const keepOldest = (): void => {
    fresh = fresh.sort((a, b) => a.version - b.version).slice(0, most);
  };
  await inSteps(mirror.persons(), (person) => {
    const own = personStatus(person) === 'unknown' ? mirror.facesOf(person.id).filter(isFresh) : [];
    const named = personStatus(person) === 'named' ? newestOf(mirror, person, { since, upTo }) : [];
    fresh.push(...[...own, ...named, ...ofThoseWhoMayBe(mirror, person, isFresh)].filter((each) => !isDone(each)));
    if (fresh.length >= 2 * most) keepOldest();
  });
  keepOldest();
  return fresh;
}

/** Of a person who was changed or got a face in this range of versions. */
function newestOf(mirror: Mirror, person: StoredPerson, { since, upTo }: { since: number; upTo: number }): Fresh[] {
  const newest = mirror.facesOf(person.id).reduce<IndexedFace | null>((latest, face) => {
    return face.role === 'reference' && face.version >= (latest?.version ?? 0) ? face : latest;
  }, null);
  const version = Math.max(person.version, newest?.version ?? 0);
  return newest && version > since && version <= upTo ? [{ id: newest.id, version }] : [];
}

function ofThoseWhoMayBe(mirror: Mirror, person: StoredPerson, isFresh: (face: IndexedFace) => boolean): Fresh[] {
  const perhaps = mirror.mayBeOneOf(mirror.idsOf(person.id)).filter((each) => mirror.mayBe(each)?.id === person.id);
  const newest = perhaps.length > 0 ? mirror.facesOf(person.id).filter(isFresh).at(-1) : undefined;
  if (!newest) return [];
  return perhaps.flatMap(({ id }) => {
    const face = mirror.facesOf(id).find(({ role, modelId }) => role === 'reference' && modelId === newest.modelId);
    return face ? [{ id: face.id, version: newest.version }] : [];
  });
}
