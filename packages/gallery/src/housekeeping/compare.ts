import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '@watchpost/shared/wait';
import { personStatus } from '../domain.ts';
import { inSteps } from '../memory/concurrency.ts';
import type { IndexedFace } from '../memory/face-table.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { ThresholdRow } from '../decide/thresholds.ts';
import { findTwin, type Twins } from './twins.ts';

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
 * Looks for twins of the unknowns whose faces are newer than `comparedUpTo`, the oldest first, until all are compared or the budget is
 * spent; at least one. Yields to jobs before every search: one among 100,000 faces takes about 10 ms.
 */
export type CompareFaces = (
  comparedUpTo: number,
  /** CPU time, milliseconds. */
  budgetMs: number,
  onTwins: (twins: Twins) => Promise<void>,
  signal: AbortSignal,
) => Promise<ComparedFaces>;

export function createCompareFaces(mirror: Mirror, thresholds: readonly ThresholdRow[]): CompareFaces {
  let partly: Partly = { version: 0, done: new Set() };

  return async (comparedUpTo, budgetMs, onTwins, signal) => {
    const { version } = mirror.head;
    // A version that is still to come is of another history: the database was restored.
    let upTo = comparedUpTo > version ? 0 : comparedUpTo;
    // The sweep has gone through all persons just now.
    await breathe();
    const startMs = performance.now();
    const fresh = upTo < version ? await freshFaces(mirror, upTo, version, partly) : [];
    let [faces, cpuMs] = [0, performance.now() - startMs];
    for (const face of fresh) {
      throwIfAborted(signal);
      if (faces > 0 && cpuMs >= budgetMs) return { faces, upTo, unfinished: true, cpuMs };
      if (face.version !== partly.version) partly = { version: face.version, done: new Set() };
      upTo = face.version - 1;
      const steps = findTwin(mirror, face.id, thresholds);
      let twins: Twins | null | undefined;
      while (twins === undefined) {
        await breathe();
        const stepMs = performance.now();
        twins = steps.next().value;
        cpuMs += performance.now() - stepMs;
      }
      if (twins) await onTwins(twins);
      partly.done.add(face.id);
      faces += 1;
    }
    if (fresh.length === most) return { faces, upTo, unfinished: true, cpuMs };
    partly = { version: 0, done: new Set() };
    return { faces, upTo: version, unfinished: false, cpuMs };
  };
}

/** The oldest faces of unknowns in this range of versions that are not done, oldest first; at most `most`. */
async function freshFaces(mirror: Mirror, since: number, upTo: number, partly: Partly): Promise<IndexedFace[]> {
  let fresh: IndexedFace[] = [];
  const isFresh = ({ id, role, version }: IndexedFace): boolean =>
    role === 'reference' && version > since && version <= upTo && !(version === partly.version && partly.done.has(id));
  const keepOldest = (): void => {
    fresh = fresh.sort((a, b) => a.version - b.version).slice(0, most);
  };
  await inSteps(mirror.persons(), (person) => {
    if (personStatus(person) === 'unknown') fresh.push(...mirror.facesOf(person.id).filter(isFresh));
    if (fresh.length >= 2 * most) keepOldest();
  });
  keepOldest();
  return fresh;
}
