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

/** Makes camera frames of the labelled group pictures with the folder's own script. Resolves to the folder that contains them. */
export async function makeLabelledFrames(data: string, args: string[] = []): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'watchpost-frames-'));
  await promisify(execFile)(process.execPath, [join(data, 'frames.mjs'), dir, ...args]);
  return dir;
}

/** Frames of the given sizes with one to three faces: of the labelled pictures if there are any, else of the contact sheet. */
export async function framesWithFewFaces(data: string | undefined, sizes: { width: number; height: number }[]): Promise<SampleFrame[]> {
  if (data === undefined) return Promise.all(sizes.map((size) => makeSampleFrame(size)));
  const dir = await makeLabelledFrames(data, ['--scales', '0.5', '--sizes', sizes.map(({ width, height }) => `${width}x${height}`).join()]);
  const frames = frameList.parse(JSON.parse(await readFile(join(dir, 'frames.json'), 'utf8')));
  return frames
    .filter(({ noses }) => noses.length > 0 && noses.length <= 3)
    .map(({ file, width, height }) => ({ file: join(dir, file), width, height }));
}
