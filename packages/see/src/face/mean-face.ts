import sharp from 'sharp';
import { unit } from './embed.ts';
import { humanFile } from '../models/human-package.ts';
import { lookAt, type Vision } from '../look.ts';

/** The rows of many strangers on the contact sheet that comes with Human; the first two rows are mostly one man. Pixels. */
const strangers = { left: 0, top: 507, width: 1920, height: 447 };

/** The mean of many different faces, of unit length: what every face is a little like. Takes a second or two. */
export async function workOutMeanFace(vision: Vision): Promise<Float32Array> {
  const { data, info } = await sharp(humanFile('assets', 'screenshot-facematch.jpg'))
    .extract(strangers)
    .raw()
    .toBuffer({ resolveWithObject: true });
  const plain = { ...vision, meanFace: undefined, embedding: { ...vision.embedding, mirrored: false } };
  const faces = await lookAt(plain, { data, width: info.width, height: info.height, channels: 3 });
  if (faces.length < 40) throw new Error(`only ${faces.length} faces found on the contact sheet`);
  const sum = new Float32Array(faces[0]?.embedding.length ?? 0);
  for (const { embedding } of faces)
    for (let index = 0; index < sum.length; index += 1) sum[index] = (sum[index] ?? 0) + (embedding[index] ?? 0);
  return unit(sum);
}
