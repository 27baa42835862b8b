import { covered, overlap } from '@watchpost/shared/geometry';
import type { Detection } from './read-grids.ts';

/** Boxes that overlap more than this are one face; neighbours' boxes seldom share a quarter. */
const sameFace = 0.3;
const inside = 0.7;

/** Keeps of all boxes of one face the one with the best score. Best first. */
export function merge(detections: Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const detection of detections.toSorted((a, b) => b.score - a.score)) {
    if (!kept.some(({ box }) => overlap(box, detection.box) > sameFace || covered(box, detection.box) > inside)) kept.push(detection);
  }
  return kept;
}
