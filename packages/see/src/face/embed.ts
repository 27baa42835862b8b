import type { EmbeddingModel } from '../models/embedding-model.ts';
import type { FaceModels } from '../models/face-models.ts';
import type { AlignedFace } from './align.ts';
import { cropSquare } from './crop-square.ts';
import { cutSquare, type Pyramid } from '../picture/raster.ts';
import { neededLikeness } from './verify.ts';

/**
 * Cuts and embeds a face. `meanFace` is the mean of many faces' vectors, of unit length: what is nothing like it is no face, and undefined is answered.
 * The mirror image is only embedded where the picture itself passed, with a little slack.
 */
export async function embedFace(
  models: FaceModels,
  model: EmbeddingModel,
  picture: Pyramid,
  face: Pick<AlignedFace, 'square' | 'landmarks'>,
  meanFace: Float32Array | undefined,
): Promise<Float32Array | undefined> {
  const wide = cropSquare(face, model);
  const crop = cutSquare(picture, wide, model.side);
  const direct = unit(await models.embed(crop));
  const needed = neededLikeness(face.square.side, model.minLikeness ?? -1);
  const unlike = (vector: Float32Array, slack: number): boolean => meanFace !== undefined && dot(vector, meanFace) < needed - slack;
  if (unlike(direct, 0.05)) return undefined;
  if (!model.mirrored) return unlike(direct, 0) ? undefined : direct;
  const mirrored = unit(await models.embed(cutSquare(picture, wide, model.side, true)));
  const embedding = unit(direct.map((value, index) => value + (mirrored[index] ?? 0)));
  return unlike(embedding, 0) ? undefined : embedding;
}

/** Scaled to length 1. */
export function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector)) || 1;
  return vector.map((value) => value / length);
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let index = 0; index < a.length; index += 1) sum += (a[index] ?? 0) * (b[index] ?? 0);
  return sum;
}
