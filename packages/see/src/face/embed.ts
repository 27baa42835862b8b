import { dot, unit } from '@watchpost/shared/vectors';
import type { Vision } from '../models/vision.ts';
import { cutSquare, type Pyramid } from '../picture/raster.ts';
import type { AlignedFace } from './align.ts';
import { embeddingSquare } from './embedding-square.ts';
import { neededLikeness } from './verify.ts';

/** A face passes with its plain patch if its likeness is too low by at most this: the mirror image may still raise it. */
const mirrorTolerance = 0.05;

/** Cuts out and embeds a face, unit length. Resolves to undefined if its likeness to the mean embedding is too low for a face. */
export async function embedFace(
  { models, embedding: model, meanEmbedding }: Pick<Vision, 'models' | 'embedding' | 'meanEmbedding'>,
  picture: Pyramid,
  face: Pick<AlignedFace, 'square' | 'landmarks'>,
): Promise<Float32Array | undefined> {
  const square = embeddingSquare(face, model);
  const direct = unit(await models.embed(cutSquare(picture, square, model.side)));
  const needed = neededLikeness(face.square.side, model.minLikeness ?? -1);
  const isUnlike = (vector: Float32Array, tolerance: number): boolean =>
    meanEmbedding !== undefined && dot(vector, meanEmbedding) < needed - tolerance;
  if (isUnlike(direct, mirrorTolerance)) return undefined;
  if (!model.mirrored) return isUnlike(direct, 0) ? undefined : direct;
  const mirrored = unit(await models.embed(cutSquare(picture, square, model.side, true)));
  const embedding = unit(direct.map((value, index) => value + (mirrored[index] ?? 0)));
  return isUnlike(embedding, 0) ? undefined : embedding;
}
