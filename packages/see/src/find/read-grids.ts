import type { Point } from '@watchpost/shared/geometry';
import type { DetectorGrids } from '../models/face-models.ts';
import type { FoundFace, View } from './found-face.ts';

/** The detector's two grids (MediaPipe's BlazeFace, back camera): side of a cell in pixels, anchors per cell. */
const grids = [
  { cell: 16, anchors: 2, scores: 'fineScores', boxes: 'fineBoxes' },
  { cell: 32, anchors: 6, scores: 'coarseScores', boxes: 'coarseBoxes' },
] as const;

const numbersPerBox = 16;

/** Decodes the detector's output for a view: all boxes with a score of at least `minScore`, in pixels of the picture. */
export function readGrids(output: DetectorGrids, view: View, minScore: number): FoundFace[] {
  const found: FoundFace[] = [];
  const minLogit = Math.log(minScore / (1 - minScore));
  for (const { cell, anchors, scores, boxes } of grids) {
    const columns = view.width / cell;
    const logits = output[scores];
    const numbers = output[boxes];
    for (let index = 0; index < logits.length; index += 1) {
      const logit = logits[index] ?? 0;
      if (logit < minLogit) continue;
      const place = Math.floor(index / anchors);
      const anchorX = ((place % columns) + 0.5) * cell;
      const anchorY = (Math.floor(place / columns) + 0.5) * cell;
      const value = (offset: number): number => numbers[index * numbersPerBox + offset] ?? 0;
      const point = (offset: number): Point => ({
        x: view.x + (value(offset) + anchorX) * view.step,
        y: view.y + (value(offset + 1) + anchorY) * view.step,
      });
      const middle = point(0);
      const width = value(2) * view.step;
      const height = value(3) * view.step;
      // At low scores the size of a box may even be negative.
      if (!(width > 0 && height > 0)) continue;
      found.push({
        box: { x: middle.x - width / 2, y: middle.y - height / 2, width, height },
        score: 1 / (1 + Math.exp(-logit)),
        leftEye: point(4),
        rightEye: point(6),
      });
    }
  }
  return found;
}
