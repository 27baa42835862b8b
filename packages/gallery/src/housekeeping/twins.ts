import { dot as cosine } from '@watchpost/shared/vectors';
import { thresholdsAt, type ThresholdRow } from '../decide/thresholds.ts';
import { personStatus, type StoredPerson } from '../domain.ts';
import type { Steps } from '../memory/concurrency.ts';
import type { Mirror } from '../memory/mirror.ts';

/** Two unknowns that seem to be one stranger. */
export interface Twins {
  older: StoredPerson;
  younger: StoredPerson;
}

/**
 * Finds another unknown that seems to be the same stranger as this face's, or null. Two unknowns are twins if their most similar faces
 * would match and, on average, the faces of the smaller set reach the `uncertain` threshold with those of the larger one. Never named
 * persons, two who are known not to be the same, or one whose negatives the face resembles more.
 */
export function* findTwin(mirror: Mirror, faceId: string, thresholds: readonly ThresholdRow[]): Steps<Twins | null> {
  const face = mirror.face(faceId);
  const person = face && unknownOf(mirror, face.personId);
  if (!face || !person) return null;
  // Its references: a negative is not among them.
  const own = mirror.references(person.id, face.modelId);
  const vector = own.find(({ id }) => id === faceId)?.vector;
  const { match: least } = thresholdsAt(face.sizePx, thresholds);
  const candidates = vector ? yield* mirror.candidatesInSteps(vector, face.modelId, { margin: 2, least }) : [];
  for (const { personId, similarity, negative, faceId: theirs } of candidates) {
    if (personId === person.id) continue;
    const at = thresholdsAt(Math.min(face.sizePx, mirror.face(theirs)?.sizePx ?? 0), thresholds);
    if (similarity < at.match) return null;
    const other = unknownOf(mirror, personId);
    if (!other || negative >= similarity || mirror.notSame(person.id, personId)) continue;
    if (meanSimilarity(own, mirror.references(personId, face.modelId)) >= at.uncertain) return inOrder(person, other);
  }
  return null;
}

function unknownOf(mirror: Mirror, personId: string): StoredPerson | null {
  const person = mirror.person(personId);
  return person && personStatus(person) === 'unknown' ? person : null;
}

function inOrder(one: StoredPerson, other: StoredPerson): Twins {
  const oneIsOlder = (one.number ?? Infinity) < (other.number ?? Infinity);
  return oneIsOlder ? { older: one, younger: other } : { older: other, younger: one };
}

/** Mean similarity of the faces of the smaller set to the nearest face of the larger one. */
function meanSimilarity(one: readonly { vector: Float32Array }[], other: readonly { vector: Float32Array }[]): number {
  const [smaller, larger] = one.length <= other.length ? [one, other] : [other, one];
  let sum = 0;
  for (const { vector } of smaller) {
    let nearest = -1;
    for (const each of larger) nearest = Math.max(nearest, cosine(vector, each.vector));
    sum += nearest;
  }
  return sum / smaller.length;
}
