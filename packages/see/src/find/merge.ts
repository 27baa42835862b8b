import { covered, overlap } from '@watchpost/shared/geometry';
import type { FoundFace } from './found-face.ts';

/** Boxes that overlap more than this show the same face; those of neighbours rarely share a quarter. */
const maxOverlap = 0.3;
const maxCovered = 0.7;

/** Non-maximum suppression: of all boxes of a face keeps the one with the best score. Best score first. */
export function merge(faces: FoundFace[]): FoundFace[] {
  const kept: FoundFace[] = [];
  for (const face of faces.toSorted((a, b) => b.score - a.score)) {
    if (!kept.some(({ box }) => overlap(box, face.box) > maxOverlap || covered(box, face.box) > maxCovered)) kept.push(face);
  }
  return kept;
}
