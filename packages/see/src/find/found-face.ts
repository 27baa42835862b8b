import type { Box, Point } from '@watchpost/shared/geometry';

/** A face as the detector finds it: a candidate until its mesh and embedding confirm it. Pixels of the picture. */
export interface FoundFace {
  /** From the eyebrows to the chin. */
  box: Box;
  /** The detector's, 0..1. */
  score: number;
  /** Left and right as seen in the picture. */
  leftEye: Point;
  rightEye: Point;
}

/** A part of the picture that the detector sees at once. */
export interface View {
  /** Top left corner, pixels of the picture. */
  x: number;
  y: number;
  /** Pixels of the view. */
  width: number;
  height: number;
  /** Picture pixels per pixel of the view. */
  step: number;
}
