import sharp from 'sharp';
import { unit } from '@watchpost/shared/vectors';
import { contactSheetFile, contactSheetGrid } from '../files/human-package.ts';
import { seeFaces } from '../look.ts';
import type { Vision } from '../models/vision.ts';
import { createPyramid } from '../picture/raster.ts';

/** The rows of strangers on the contact sheet; most faces in the first two rows are one man's. Pixels. */
const strangers = { left: 0, top: Math.floor(contactSheetGrid.top + 2 * contactSheetGrid.stepY), width: 1920, height: 447 };

/** The mean embedding of many different people by the first network, unit length: every face is somewhat similar to it. Takes a second or two. */
export async function computeMeanEmbedding(vision: Vision): Promise<Float32Array> {
  const { data, info } = await sharp(contactSheetFile).extract(strangers).raw().toBuffer({ resolveWithObject: true });
  const plain = { ...vision, meanEmbedding: undefined, embedding: { ...vision.embedding, mirrored: false, second: null } };
  const faces = await seeFaces(plain, createPyramid({ data, width: info.width, height: info.height, channels: 3 }));
  if (faces.length < 40) throw new Error(`only ${faces.length} faces found on the contact sheet`);
  const sum = new Float32Array(faces[0]?.embedding.length ?? 0);
  for (const { embedding } of faces)
    for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (embedding[index] ?? 0);
  return unit(sum);
}
