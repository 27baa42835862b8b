import { setImmediate as breathe } from 'node:timers/promises';
import { throwIfAborted } from '@watchpost/shared/wait';
import { personStatus } from '../domain.ts';
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

/** Persons between two yields while the faces to compare are listed. */
const personsAtATime = 500;

/**
 * Looks for twins of the unknowns whose faces are newer than `comparedUpTo`, the oldest first, until all are compared or the budget is
 * spent. Yields to jobs after every face: one comparison with 100,000 faces takes about 10 ms.
 */
export type CompareFaces = (
  comparedUpTo: number,
  /** CPU time, milliseconds. */
  budgetMs: number,
  onTwins: (twins: Twins) => Promise<void>,
  signal: AbortSignal,
) => Promise<ComparedFaces>;

export function createCompareFaces(mirror: Mirror, thresholds: readonly ThresholdRow[]): CompareFaces {
  /** Of a commit with so many faces that one round does not compare all: the faces that are done. */
  let partly = { version: 0, done: new Set<string>() };

  return async (comparedUpTo, budgetMs, onTwins, signal) => {
    const { version } = mirror.head;
    // A version that is still to come is of another history: the database was restored.
    let upTo = comparedUpTo > version ? 0 : comparedUpTo;
    const startMs = performance.now();
    const fresh = upTo < version ? await freshFaces(mirror, upTo, version) : [];
    let [faces, cpuMs] = [0, performance.now() - startMs];
    for (const face of fresh) {
      throwIfAborted(signal);
      if (cpuMs >= budgetMs) return { faces, upTo, unfinished: true, cpuMs };
      if (face.version !== partly.version) partly = { version: face.version, done: new Set() };
      upTo = face.version - 1;
      if (partly.done.has(face.id)) continue;
      const comparingMs = performance.now();
      const twins = findTwin(mirror, face.id, thresholds);
      cpuMs += performance.now() - comparingMs;
      if (twins) await onTwins(twins);
      partly.done.add(face.id);
      faces += 1;
      await breathe();
    }
    return { faces, upTo: version, unfinished: false, cpuMs };
  };
}

async function freshFaces(mirror: Mirror, since: number, upTo: number): Promise<IndexedFace[]> {
  const fresh: IndexedFace[] = [];
  for (const [index, person] of mirror.persons().entries()) {
    if (index % personsAtATime === personsAtATime - 1) await breathe();
    if (personStatus(person) !== 'unknown') continue;
    for (const face of mirror.facesOf(person.id)) {
      if (face.role === 'reference' && face.version > since && face.version <= upTo) fresh.push(face);
    }
  }
  return fresh.sort((a, b) => a.version - b.version);
}
