import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { look } from '@watchpost/see/look';
import { throwIfAborted } from '@watchpost/shared/wait';
import sharp from 'sharp';
import type { BenchVision } from './open-bench-vision.ts';

/** The largest face of a picture, and whose it is. */
export interface LabelledFace {
  person: string;
  /** Faces of one picture, as it is and made smaller, have the same. */
  picture: string;
  embedding: Float32Array;
  sizePx: number;
  quality: number;
}

/** How many pictures of one person are read: a few persons with hundreds would outweigh all others. */
const mostPictures = 12;

/**
 * The largest face of each picture in DIR/PERSON/FILE; pictures without a face are left out. With `sizes`, also of the picture made so small that the
 * face has about so many pixels.
 */
export async function readPersonFolders(
  vision: BenchVision,
  dir: string,
  sizes: readonly number[],
  { warn, signal }: { warn: (line: string) => void; signal: AbortSignal },
): Promise<{ full: LabelledFace[]; small: LabelledFace[] }> {
  const [full, small]: [LabelledFace[], LabelledFace[]] = [[], []];
  const folders = (await readdir(dir, { withFileTypes: true })).filter((each) => each.isDirectory());
  for (const [index, { name: person }] of folders.entries()) {
    const files = (await readdir(join(dir, person))).toSorted().slice(0, mostPictures);
    for (const file of files) {
      throwIfAborted(signal);
      const bytes = await readFile(join(dir, person, file));
      const face = await largestFace(vision, { person, picture: `${person}/${file}` }, bytes);
      if (!face) continue;
      full.push(face);
      for (const size of sizes) {
        const shrunk = size < face.sizePx ? await largestFace(vision, face, await shrink(bytes, size / face.sizePx)) : null;
        if (shrunk) small.push(shrunk);
      }
    }
    if (index % 50 === 49) warn(`${index + 1} of ${folders.length} persons`);
  }
  return { full, small };
}

/** Null if there is none, or the picture cannot be read. */
async function largestFace(
  vision: BenchVision,
  { person, picture }: Pick<LabelledFace, 'person' | 'picture'>,
  bytes: Uint8Array,
): Promise<LabelledFace | null> {
  const [face] = await look(vision, bytes).then(
    ({ faces }) => faces,
    () => [],
  );
  return face ? { person, picture, embedding: face.embedding, sizePx: face.sizePx, quality: face.quality.value } : null;
}

async function shrink(bytes: Uint8Array, factor: number): Promise<Uint8Array> {
  const { data, info } = await sharp(bytes).autoOrient().toBuffer({ resolveWithObject: true });
  return sharp(data)
    .resize(Math.max(1, Math.round(info.width * factor)))
    .extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#808080' })
    .jpeg({ quality: 92 })
    .toBuffer();
}
