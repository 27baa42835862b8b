import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { z } from 'zod';
import { humanFile } from '../../see/human-package.ts';

/** A camera frame with few faces, as a file. */
export interface BenchFrame {
  file: string;
  width: number;
  height: number;
}

export const frameList = z.array(
  z.object({ file: z.string(), width: z.number(), height: z.number(), scale: z.number(), noses: z.array(z.array(z.number())) }),
);

/** Camera frames of the labelled group pictures, made by the folder's own script. Answers the folder they are in. */
export async function makeLabelledFrames(data: string, args: string[] = []): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'watchpost-frames-'));
  await promisify(execFile)(process.execPath, [join(data, 'frames.mjs'), dir, ...args]);
  return dir;
}

/** Frames with one to three faces of each size, from the labelled pictures where there are any, else made of the contact sheet. */
export async function fewFaces(data: string | undefined, sizes: { width: number; height: number }[]): Promise<BenchFrame[]> {
  if (data === undefined) return Promise.all(sizes.map((size) => pasted(size)));
  const dir = await makeLabelledFrames(data, ['--scales', '0.5', '--sizes', sizes.map(({ width, height }) => `${width}x${height}`).join()]);
  const frames = frameList.parse(JSON.parse(await readFile(join(dir, 'frames.json'), 'utf8')));
  return frames
    .filter(({ noses }) => noses.length > 0 && noses.length <= 3)
    .map(({ file, width, height }) => ({ file: join(dir, file), width, height }));
}

/** Three faces of the contact sheet, 40 pixels large, on a picture of a party's floor blown up to the frame's size. */
async function pasted({ width, height }: { width: number; height: number }): Promise<BenchFrame> {
  const file = join(await mkdtemp(join(tmpdir(), 'watchpost-frames-')), `${width}.jpg`);
  const floor = await sharp(humanFile('assets', 'samples.jpg'))
    .extract({ left: 0, top: 640, width: 1280, height: 518 })
    .resize(width, height, { fit: 'fill' })
    .toBuffer();
  const tiles = await Promise.all(
    [0, 1, 2].map(async (index) => ({
      input: await sharp(humanFile('assets', 'screenshot-facematch.jpg'))
        .extract({ left: 2 + index * 213, top: 510, width: 102, height: 106 })
        .resize(66)
        .toBuffer(),
      left: Math.round(width * (0.2 + 0.3 * index)),
      top: Math.round(height * 0.3),
    })),
  );
  await sharp(floor).composite(tiles).jpeg({ quality: 90 }).toFile(file);
  return { file, width, height };
}
