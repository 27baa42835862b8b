import { execFile } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeSampleFrame, type SampleFrame } from '@watchpost/see/throughput/sample-frame';
import { z } from 'zod';

export const frameList = z.array(
  z.object({ file: z.string(), width: z.number(), height: z.number(), scale: z.number(), noses: z.array(z.array(z.number())) }),
);

/** Camera frames of the labelled group pictures, made by the folder's own script. Resolves to the folder that they are in. */
export async function makeLabelledFrames(data: string, args: string[] = []): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'watchpost-frames-'));
  await promisify(execFile)(process.execPath, [join(data, 'frames.mjs'), dir, ...args]);
  return dir;
}

/** Frames with one to three faces of each size, from the labelled pictures where there are any, else made of the contact sheet. */
export async function fewFaces(data: string | undefined, sizes: { width: number; height: number }[]): Promise<SampleFrame[]> {
  if (data === undefined) return Promise.all(sizes.map((size) => makeSampleFrame(size)));
  const dir = await makeLabelledFrames(data, ['--scales', '0.5', '--sizes', sizes.map(({ width, height }) => `${width}x${height}`).join()]);
  const frames = frameList.parse(JSON.parse(await readFile(join(dir, 'frames.json'), 'utf8')));
  return frames
    .filter(({ noses }) => noses.length > 0 && noses.length <= 3)
    .map(({ file, width, height }) => ({ file: join(dir, file), width, height }));
}
