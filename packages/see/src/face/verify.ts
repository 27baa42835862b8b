import type { Box } from '@watchpost/shared/geometry';
import { covered, overlap, sharedArea } from '@watchpost/shared/geometry';

/**
 * Is a candidate a face? Two witnesses, who see differently well by size (docs/seeing.md has the counts):
 * the mesh model's flag is nearly always above 0.7 for true faces of 20 pixels and more, and says nothing about smaller ones;
 * the likeness (cosine to the mean of many faces) of true faces sinks below 16 pixels, that of false boxes sinks further.
 */
const meshSeesFromPx = 20;
const minMeshScore = 0.1;
/** Without the second witness, the first must be surer. */
const minMeshScoreAlone = 0.5;

const fullLikenessFromPx = 16;
const leastLikenessAtPx = 10;
/** Of the embedding model's `minLikeness`, for the smallest faces. */
const leastLikenessShare = 0.85;

/** A box that a better face covers so far is that face once more. */
const sameFaceOverlap = 0.4;
const sameFaceCovered = 0.7;
/** Between neighbours' faces the detector sees one more, made of a half of each: never with a high score. */
const halvesCovered = 0.35;
const ownFaceScore = 0.8;

/** Whether a face is one of its own, given the faces with better scores. */
export function isDistinctFace(face: { box: Box; detectorScore: number }, better: readonly { box: Box }[]): boolean {
  const { box, detectorScore } = face;
  if (better.some((other) => overlap(other.box, box) > sameFaceOverlap || covered(other.box, box) > sameFaceCovered)) return false;
  const shared = better.reduce((sum, other) => sum + sharedArea(other.box, box), 0) / (box.width * box.height);
  return detectorScore >= ownFaceScore || shared <= halvesCovered;
}

/** By the mesh model's flag for a face of this many pixels. `hasLikeness`: the embedding will be asked as well. */
export function passesMesh(flag: number, sizePx: number, hasLikeness: boolean): boolean {
  if (sizePx < meshSeesFromPx) return true;
  return flag >= (hasLikeness ? minMeshScore : minMeshScoreAlone);
}

/** The least likeness that a face of this many pixels must have; `minLikeness` is that of a face large enough. */
export function neededLikeness(sizePx: number, minLikeness: number): number {
  const part = Math.min(1, Math.max(0, (sizePx - leastLikenessAtPx) / (fullLikenessFromPx - leastLikenessAtPx)));
  return minLikeness * (leastLikenessShare + (1 - leastLikenessShare) * part);
}
