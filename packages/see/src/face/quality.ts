import type { FaceQuality } from '../face-engine.ts';
import { cutSquare, type Pyramid, type Raster, type Square } from '../picture/raster.ts';
import type { AlignedFace } from './align.ts';

/**
 * The share of faces of a size that are recognised against references of full size. Up to 48 px: accepted at one false accept in 1,000,
 * in a collection that is not in the repository. It is harder than the bench's contact sheet, which gives higher shares (docs/seeing.md).
 */
const recognisedAt: readonly [sizePx: number, share: number][] = [
  [12, 0],
  [20, 0.24],
  [24, 0.46],
  [28, 0.62],
  [32, 0.69],
  [40, 0.8],
  [48, 0.84],
  [80, 0.95],
  [112, 1],
];

/** Detail divided by contrast, of a face too blurred to recognise (HSE-FaceRes's cosine to the sharp face is 0.5) and of a sharp one. */
const blurredDetail = 0.04;
const sharpDetail = 0.14;
const sharpnessSide = 64;

/**
 * How well a face can be recognised, 0..1: the share recognised at its size, reduced for blur, a turned head, and unsure models.
 * value = size * (0.4 + 0.6 sharpness) * (0.4 + 0.6 frontal) * detectorScore * (0.7 + 0.3 meshScore).
 */
export function rateFace(face: AlignedFace, picture: Pyramid): FaceQuality {
  const { frontal, detectorScore, meshScore, square } = face;
  const sharpness = measureSharpness(picture, square);
  const value = sizeShare(square.side) * (0.4 + 0.6 * sharpness) * (0.4 + 0.6 * frontal) * detectorScore * (0.7 + 0.3 * meshScore);
  return { value, sharpness, frontal, detectorScore, meshScore };
}

/** `recognisedAt`, interpolated linearly. */
export function sizeShare(sizePx: number): number {
  let [before, share] = recognisedAt[0] ?? [0, 0];
  if (sizePx <= before) return share;
  for (const [size, next] of recognisedAt) {
    if (sizePx < size) return share + ((next - share) * (sizePx - before)) / (size - before);
    [before, share] = [size, next];
  }
  return share;
}

/** How free of focus and motion blur a face is, independent of its size: the mean absolute Laplacian divided by the contrast, at the face's own resolution (at most 64 by 64 pixels). */
export function measureSharpness(picture: Pyramid, square: Square): number {
  const side = Math.round(Math.min(sharpnessSide, Math.max(8, square.side)));
  const grey = toGrey(cutSquare(picture, square, side));
  let detail = 0;
  for (let y = 1; y < side - 1; y += 1) {
    for (let x = 1; x < side - 1; x += 1) {
      const at = y * side + x;
      const around = (grey[at - 1] ?? 0) + (grey[at + 1] ?? 0) + (grey[at - side] ?? 0) + (grey[at + side] ?? 0);
      detail += Math.abs(4 * (grey[at] ?? 0) - around);
    }
  }
  // With fewer pixels there is more detail per pixel: scaled to what 64 by 64 would show. The 4 levels keep noise in a flat face from counting as detail.
  const relative = (detail / (side - 2) ** 2 / (deviation(grey) + 4)) * (side / sharpnessSide);
  return Math.min(1, Math.max(0, (relative - blurredDetail) / (sharpDetail - blurredDetail)));
}

/** Brightness by ITU-R BT.601. */
function toGrey({ data, width, height }: Raster): Float32Array {
  return Float32Array.from(
    { length: width * height },
    (_, index) => 0.299 * (data[index * 3] ?? 0) + 0.587 * (data[index * 3 + 1] ?? 0) + 0.114 * (data[index * 3 + 2] ?? 0),
  );
}

function deviation(values: Float32Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}
