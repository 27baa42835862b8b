import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { contactSheetFile, contactSheetGrid, humanFile } from '../files/human-package.ts';

/** A camera frame as a file; sizes in pixels. */
export interface SampleFrame {
  file: string;
  width: number;
  height: number;
}

const usualFaces = 3;
/** So many faces may be in a frame: those of one row of the contact sheet. */
export const mostFaces = 9;

/** Faces of 40 pixels from the contact sheet, by default three, on the floor of a party picture enlarged to the frame's size. */
export async function makeSampleFrame(
  { width, height }: { width: number; height: number },
  faces: number = usualFaces,
): Promise<SampleFrame> {
  const file = join(await mkdtemp(join(tmpdir(), 'watchpost-frames-')), `${width}-${faces}.jpg`);
  const floor = await sharp(humanFile('assets', 'samples.jpg'))
    .extract({ left: 0, top: 640, width: 1280, height: 518 })
    .resize(width, height, { fit: 'fill' })
    .toBuffer();
  const tiles = await Promise.all(
    Array.from({ length: Math.min(faces, mostFaces) }, async (_, index) => ({
      input: await sharp(contactSheetFile)
        .extract({
          left: Math.round(contactSheetGrid.left + 2 * index * contactSheetGrid.stepX),
          top: Math.ceil(contactSheetGrid.top + 2 * contactSheetGrid.stepY) + 2,
          width: 102,
          height: 106,
        })
        .resize(66)
        .toBuffer(),
      left: Math.round(width * (faces <= usualFaces ? 0.2 + 0.3 * index : 0.03 + (0.9 * index) / faces)),
      top: Math.round(height * 0.3),
    })),
  );
  await sharp(floor).composite(tiles).jpeg({ quality: 90 }).toFile(file);
  return { file, width, height };
}
