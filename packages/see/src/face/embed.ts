import { dot, unit } from '@watchpost/shared/vectors';
import type { SecondNetwork } from '../models/embedding-model.ts';
import type { Vision } from '../models/vision.ts';
import { cutSquare, type Pyramid } from '../picture/raster.ts';
import type { AlignedFace } from './align.ts';
import { combine } from './combine.ts';
import { embeddingSquare, squareOnTemplate } from './embedding-square.ts';
import { neededLikeness } from './verify.ts';

/** A face passes with its plain patch if its likeness is too low by at most this: the mirror image may still raise it. */
const mirrorTolerance = 0.05;

/** What of an aligned face its embedding needs. */
type Face = Pick<AlignedFace, 'square' | 'landmarks' | 'mesh'>;
type Embedders = Pick<Vision, 'models' | 'embedding' | 'meanEmbedding'>;

/** Cuts out and embeds a face, unit length. Resolves to undefined if its likeness to the mean embedding is too low for a face. */
export async function embedFace(vision: Embedders, picture: Pyramid, face: Face): Promise<Float32Array | undefined> {
  const { models, embedding } = vision;
  const first = await embedFirst(vision, picture, face);
  if (!first || !embedding.second) return first;
  return combine(first, await models.embedSecond(cutSecond(picture, face, embedding.second)), embedding.second);
}

/** The first network's embedding alone, unit length: the likeness is its. */
export async function embedFirst(
  { models, embedding: model, meanEmbedding }: Embedders,
  picture: Pyramid,
  face: Face,
): Promise<Float32Array | undefined> {
  const square = embeddingSquare(face, model);
  const direct = unit(await models.embed(cutSquare(picture, square, model.side)));
  const needed = neededLikeness(face.square.side, model.minLikeness ?? -1);
  const isUnlike = (vector: Float32Array, tolerance: number): boolean =>
    meanEmbedding !== undefined && dot(vector, meanEmbedding) < needed - tolerance;
  if (!model.mirrored) return isUnlike(direct, 0) ? undefined : direct;
  if (isUnlike(direct, mirrorTolerance)) return undefined;
  const mirrored = unit(await models.embed(cutSquare(picture, square, model.side, true)));
  const embedding = unit(direct.map((value, index) => value + (mirrored[index] ?? 0)));
  return isUnlike(embedding, 0) ? undefined : embedding;
}

function cutSecond(picture: Pyramid, { mesh }: Face, { points, template, side }: SecondNetwork) {
  const landmarks = points.map((index) => mesh[index] ?? { x: 0, y: 0 });
  return cutSquare(picture, squareOnTemplate(landmarks, template, side), side);
}
