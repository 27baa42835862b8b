import { covered, overlap, sharedArea, type Box } from '@watchpost/shared/geometry';
import { smallestFacePx } from '../face-engine.ts';

/**
 * Is a found face really a face? Two checks, which work at different sizes (docs/decisions/0007 has the counts):
 * the mesh model's flag is nearly always above 0.7 for true faces of 20 pixels and more, and says nothing about smaller ones;
 * the likeness (cosine to the mean embedding of many faces) of true faces falls below 16 pixels, that of false boxes falls further.
 */
const minFlag = 0.1;
/** Where likeness is not checked. */
const minFlagAlone = 0.5;

const fullLikenessFromPx = 16;
const leastLikenessAtPx = 10;
/** What the smallest faces need, as a share of the embedding model's `minLikeness`. */
const leastLikenessShare = 0.85;

/** A box that overlaps a better face this much shows the same face. */
const maxOverlap = 0.4;
const maxCovered = 0.7;
/** Between neighbouring faces the detector may see another one, made of a half of each; its score is never high. */
const maxSharedWithNeighbours = 0.35;
const surelyRealScore = 0.8;

/** Whether a face is distinct from those with better scores: neither one of them again nor made of halves of two. */
export function isDistinctFace(face: { box: Box; detectorScore: number }, better: readonly { box: Box }[]): boolean {
  const { box, detectorScore } = face;
  if (better.some((other) => overlap(other.box, box) > maxOverlap || covered(other.box, box) > maxCovered)) return false;
  const shared = better.reduce((sum, other) => sum + sharedArea(other.box, box), 0) / (box.width * box.height);
  return detectorScore >= surelyRealScore || shared <= maxSharedWithNeighbours;
}

/** Whether the mesh model's flag confirms a face of this size. `checksLikeness`: its likeness will be checked as well. */
export function passesMesh(flag: number, sizePx: number, checksLikeness: boolean): boolean {
  if (sizePx < smallestFacePx) return true;
  return flag >= (checksLikeness ? minFlag : minFlagAlone);
}

/** The least likeness for a face of this size; `minLikeness` applies to faces that are large enough. */
export function neededLikeness(sizePx: number, minLikeness: number): number {
  const part = Math.min(1, Math.max(0, (sizePx - leastLikenessAtPx) / (fullLikenessFromPx - leastLikenessAtPx)));
  return minLikeness * (leastLikenessShare + (1 - leastLikenessShare) * part);
}
