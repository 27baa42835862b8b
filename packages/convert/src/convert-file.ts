import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { formatDefinitions, type Format, type Media, type Tags } from './formats.ts';
import { isMedia } from './media-file.ts';
import { ffmpegMemoryBytes, inputArgs, probe, threadArgs } from './probe.ts';
import { runTool } from './run-tool.ts';
import { needFfmpeg, type Tools } from './tools.ts';

/** A file to be converted. */
export interface FileToConvert {
  file: string;
  /** What is known of it from elsewhere; its own tags fill the gaps. */
  tags: Tags;
  format: Format;
  /** Where it is, and where the result goes. */
  folder: string;
  maxBytes: number;
  timeoutMs: number;
  /** How much of it is done, 0 to 1. */
  onProgress: (part: number) => void;
}

/** A file that was made. */
export interface ConvertedFile {
  file: string;
  bytes: number;
  tags: Tags;
}

/**
 * Converts a file that strangers made: without a shell and without network, and nothing of ours is read. Rejects with `conversion-failed`
 * (it is not what the format needs, or broken), `file-too-large`, `fetch-failed` (the disk is full), `converter-missing`, and `aborted`.
 */
export async function convertFile(wish: FileToConvert, tools: Tools, signal: AbortSignal): Promise<ConvertedFile> {
  const { folder, format, maxBytes } = wish;
  const media = await probe(wish.file, wish, tools, signal);
  const definition = formatDefinitions[format];
  if (definition.needs === 'audio' && !media.hasAudio)
    throw new AppError('conversion-failed', `there is no sound in it, which ${format} needs`);
  if (definition.needs === 'video' && !media.hasVideo)
    throw new AppError('conversion-failed', `there is no picture in it, which ${format} needs`);
  const tags: Tags = {
    title: wish.tags.title ?? media.tags.title,
    artist: wish.tags.artist ?? media.tags.artist,
    album: wish.tags.album ?? media.tags.album,
  };
  const file = join(folder, `made.${format}`);
  let isFull = false;
  const status = await runTool(
    {
      command: needFfmpeg(tools),
      args: [
        ['-loglevel', 'error', '-progress', 'pipe:1', '-nostats', ...inputArgs(wish.file)],
        definition.mostMs === null ? [] : ['-t', String(definition.mostMs / 1_000)],
        definition.args(media),
        threadArgs,
        ['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', ...tagArgs(tags), '-y', `file:${file}`],
      ].flat(),
      folder,
      timeoutMs: wish.timeoutMs,
      // What is read, and what is made of it.
      maxBytes: maxBytes * 2,
      maxMemoryBytes: ffmpegMemoryBytes,
      onLine: (line, from) => {
        if (from === 'errors' && line.includes('No space left on device')) isFull = true;
        const part = from === 'output' ? progressOf(line, media, definition.mostMs) : null;
        if (part !== null) wish.onProgress(part);
      },
    },
    tools,
    signal,
  );
  if (isFull) throw new AppError('fetch-failed', 'the disk is full');
  const bytes = await stat(file).then(
    ({ size }) => size,
    () => 0,
  );
  // Without a single frame ffmpeg says that all is well, and leaves a file that nothing can show.
  if (status !== 0 || !(await isMedia(file)))
    throw new AppError('conversion-failed', `it could not be converted to ${format}: it may be broken`);
  if (bytes > maxBytes) throw new AppError('file-too-large', `as ${format} it is larger than is converted`);
  return { file, bytes, tags };
}

/** One argument each: no value can become another option. */
const tagArgs = (tags: Tags): string[] =>
  Object.entries(tags).flatMap(([name, value]) => (value === null ? [] : ['-metadata', `${name}=${value}`]));

/** ffmpeg says how far it is in microseconds, under a name that means milliseconds. */
function progressOf(line: string, { durationMs }: Media, mostMs: number | null): number | null {
  const microseconds = /^out_time_(?:us|ms)=(\d+)$/.exec(line)?.[1];
  if (microseconds === undefined || durationMs === null || durationMs === 0) return null;
  return Math.min(1, Number(microseconds) / 1_000 / Math.min(durationMs, mostMs ?? durationMs));
}
