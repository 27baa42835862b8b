import { thresholdsAt, type ThresholdRow } from '../decide/thresholds.ts';
import type { Mirror } from '../memory/mirror.ts';
import { personStatus, type StoredPerson } from '../domain.ts';
import { dot as cosine } from '@watchpost/shared/vectors';

/** Two unknowns that seem to be one stranger. */
export interface DuplicatePair {
  older: StoredPerson;
  younger: StoredPerson;
}

/**
 * Finds another unknown that seems to be the same stranger as this face's, or null. Two unknowns are duplicates if their most
 * similar faces would match and, on average, the faces of the smaller set reach the `uncertain` threshold with those of the larger one. Named persons
 * are never considered.
 */
export function findDuplicate(mirror: Mirror, faceId: string, thresholds: readonly ThresholdRow[]): DuplicatePair | null {
  const face = mirror.face(faceId);
  const person = face?.role === 'reference' ? mirror.person(face.personId) : null;
  if (!face || !person || personStatus(person) !== 'unknown') return null;
  const own = mirror.references(person.id, face.modelId);
  const vector = own.find(({ id }) => id === faceId)?.vector;
  const others = vector ? mirror.candidates(vector, face.modelId).filter(({ personId }) => personId !== person.id) : [];
  for (const { personId, status, similarity, faceId: theirs } of others) {
    const at = thresholdsAt(Math.min(face.sizePx, mirror.face(theirs)?.sizePx ?? 0), thresholds);
    if (similarity < at.match) return null;
    const other = status === 'unknown' ? mirror.person(personId) : null;
    if (other && meanSimilarity(own, mirror.references(personId, face.modelId)) >= at.uncertain) return inOrder(person, other);
  }
  return null;
}

function inOrder(one: StoredPerson, other: StoredPerson): DuplicatePair {
  const oneIsOlder = (one.number ?? Infinity) < (other.number ?? Infinity);
  return oneIsOlder ? { older: one, younger: other } : { older: other, younger: one };
}

/** Mean similarity of the faces of the smaller set to the nearest face of the larger one. */
function meanSimilarity(one: readonly { vector: Float32Array }[], other: readonly { vector: Float32Array }[]): number {
  const [smaller, larger] = one.length <= other.length ? [one, other] : [other, one];
  const best = smaller.map(({ vector }) => Math.max(...larger.map((each) => cosine(vector, each.vector))));
  return best.reduce((sum, value) => sum + value, 0) / best.length;
}
