import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTools, needFfmpeg, type Tools } from '@watchpost/convert/tools';
import { afterAll } from 'vitest';

const run = promisify(execFile);

/** The programs that convert, found as workers find them. */
export const someTools = (): Promise<Tools> => findTools({}, process.env['PATH'] ?? '');

/** A folder that is removed when the tests of a file have ended. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-media-'));
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a file with ffmpeg. */
export async function makeMedia(file: string, args: readonly string[]): Promise<string> {
  await run(needFfmpeg(await someTools()), ['-y', '-loglevel', 'error', ...args, file]);
  return file;
}

const sine = (seconds: number): string[] => ['-f', 'lavfi', '-i', `sine=d=${seconds}`];
const picture = (seconds: number): string[] => ['-f', 'lavfi', '-i', `testsrc=d=${seconds}:s=322x242:r=10`];

/** A film with sound and a title. */
export const makeFilm = (file: string, seconds = 2): Promise<string> =>
  makeMedia(file, [
    ...picture(seconds),
    ...sine(seconds),
    ...['-metadata', 'title=Ada; was=here', '-metadata', 'artist=Grace', '-metadata', 'location=+47.3/'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac'],
  ]);

/** Sound without a picture. */
export const makeSound = (file: string, seconds = 2): Promise<string> => makeMedia(file, sine(seconds));
