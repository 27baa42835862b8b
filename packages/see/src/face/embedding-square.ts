import type { Point } from '@watchpost/shared/geometry';
import type { EmbeddingModel } from '../models/embedding-model.ts';
import type { Square } from '../picture/raster.ts';
import type { AlignedFace } from './align.ts';

/** The square of the picture that becomes the embedding model's patch. */
export function embeddingSquare({ square, landmarks }: Pick<AlignedFace, 'square' | 'landmarks'>, { align, side }: EmbeddingModel): Square {
  if (align.kind === 'mesh-square') return { ...square, side: square.side * (1 + align.margin) };
  const { leftEye, rightEye, nose, leftMouth, rightMouth } = landmarks;
  const template = align.template.map(([x, y]): Point => ({ x, y }));
  return squareOnTemplate([leftEye, rightEye, nose, leftMouth, rightMouth], template, side);
}

const mean = (points: readonly Point[]): Point => ({
  x: points.reduce((sum, { x }) => sum + x, 0) / points.length,
  y: points.reduce((sum, { y }) => sum + y, 0) / points.length,
});

/**
 * The square that, resized to `side` pixels, brings the landmarks closest to the template: least squares over rotation, scale and
 * translation (Umeyama 1991, in two dimensions).
 */
export function squareOnTemplate(landmarks: readonly Point[], template: readonly Point[], side: number): Square {
  const [from, to] = [mean(template), mean(landmarks)];
  // The best rotation and scale as one complex number: sum of conj(template) * landmark over sum of |template|².
  let [real, imaginary, weight] = [0, 0, 0];
  template.forEach(({ x, y }, index) => {
    const landmark = landmarks[index] ?? to;
    const [tx, ty, lx, ly] = [x - from.x, y - from.y, landmark.x - to.x, landmark.y - to.y];
    real += tx * lx + ty * ly;
    imaginary += tx * ly - ty * lx;
    weight += tx * tx + ty * ty;
  });
  const [cos, sin] = [real / weight, imaginary / weight];
  const [dx, dy] = [side / 2 - from.x, side / 2 - from.y];
  return { x: to.x + dx * cos - dy * sin, y: to.y + dx * sin + dy * cos, side: side * Math.hypot(cos, sin), angle: Math.atan2(sin, cos) };
}
