import type { FaceQuality } from './face-engine.ts';
import type { AlignedFace } from './align.ts';
import type { Raster } from './raster.ts';

export function rateFace(face: AlignedFace, crop: Raster): FaceQuality {
  const sharpness = measureSharpness(crop);
  const size = Math.min(1, Math.max(0, (face.square.side - 20) / 92));
  const parts = { sharpness, frontal: face.frontal, detectorScore: face.detectorScore, meshScore: face.meshScore };
  const value =
    (size * (0.25 + 0.75 * sharpness) * (0.25 + 0.75 * face.frontal) * face.detectorScore * (0.5 + 0.5 * face.meshScore)) ** 0.5;
  return { value, ...parts };
}

function measureSharpness(_crop: Raster): number {
  return 1;
}
