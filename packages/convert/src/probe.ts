import { AppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import type { Media, Tags } from './formats.ts';
import { runTool } from './run-tool.ts';
import { needFfmpeg, type Tools } from './tools.ts';

/**
 * What ffmpeg may read: containers of sound, film and pictures, each in one file. Nothing that names other files or addresses (playlists,
 * concat, DASH, SDP, numbered pictures): a list of protocols alone does not stop those.
 */
const demuxers = [
  ['mov', 'mp4', 'matroska', 'webm', 'ogg', 'wav', 'w64', 'flac', 'aac', 'mp3', 'aiff', 'amr', 'avi', 'flv', 'mpegts', 'mpeg'],
  ['gif', 'jpeg_pipe', 'png_pipe', 'webp_pipe'],
]
  .flat()
  .join(',');

/** How ffmpeg reads a file of strangers. */
export const inputArgs = (file: string): readonly string[] =>
  [
    ['-nostdin', '-hide_banner', '-protocol_whitelist', 'file,pipe', '-format_whitelist', demuxers, ...threadArgs],
    ['-i', `file:${file}`],
  ].flat();

/** More than ffmpeg needs for anything that a chat takes. */
export const ffmpegMemoryBytes = 4_294_967_296;
/** So that its threads fit in there on large machines, and leave something of small ones. */
export const threadArgs: readonly string[] = ['-threads', '4'];

const probeMs = 30_000;
const mostTagLines = 1_000;
const tagLimit = { characters: 200, units: 400 };

/** Looks at a file. Rejects with `conversion-failed` if it is none that ffmpeg may read, and as `runTool`. */
export async function probe(
  file: string,
  { folder, maxBytes }: { folder: string; maxBytes: number },
  tools: Tools,
  signal: AbortSignal,
): Promise<Media> {
  const output: string[] = [];
  const errors: string[] = [];
  const status = await runTool(
    {
      command: needFfmpeg(tools),
      args: [...inputArgs(file), '-map_metadata', '0', '-f', 'ffmetadata', 'pipe:1'],
      folder,
      timeoutMs: probeMs,
      maxBytes,
      maxMemoryBytes: ffmpegMemoryBytes,
      onLine: (line, from) => void (from === 'output' ? output : errors).push(line),
    },
    tools,
    signal,
  );
  const streams = errors.flatMap(readStream);
  if (status !== 0 || streams.length === 0)
    throw new AppError('conversion-failed', 'what the link leads to is no sound, film or picture that can be read');
  return {
    durationMs: durationOf(errors),
    hasAudio: streams.some(({ kind }) => kind === 'Audio'),
    hasVideo: streams.some(({ kind, isCover }) => kind === 'Video' && !isCover),
    cover: streams.find(({ isCover }) => isCover)?.id ?? null,
    tags: readTags(output),
  };
}

/** Older versions of ffmpeg do not say so: of a cover they give a frame rate that no film has. */
const coverPattern = /\(attached pic\)|^(?:mjpeg|png)\b.* 90k tbr/;
const streamPattern = /^\s*Stream #(\d+:\d+)[^:]*: (Audio|Video): (.*)$/;

function readStream(line: string): { id: string; kind: string; isCover: boolean }[] {
  // Behind `Output` are the streams that would be written: an input's come before, and only those are numbered 0.
  const [, id, kind, rest = ''] = streamPattern.exec(line) ?? [];
  return id !== undefined && kind !== undefined ? [{ id, kind, isCover: coverPattern.test(rest) }] : [];
}

function durationOf(lines: readonly string[]): number | null {
  for (const line of lines) {
    const [, hours, minutes, seconds] = /^\s*Duration: (\d+):(\d\d):(\d\d\.\d+)/.exec(line) ?? [];
    if (seconds !== undefined) return Math.round((Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds)) * 1_000);
  }
  return null;
}

/** Of an ffmetadata file: `key=value`, some characters with a backslash, also breaks in a value. Only what comes before the first section. */
function readTags(lines: readonly string[]): Tags {
  const values = new Map<string, string>();
  const text = lines.slice(0, mostTagLines).join('\n');
  for (const [line] of text.matchAll(/(?:\\[^]|[^\\\n])+/g)) {
    if (line.startsWith('[')) break;
    const [, key, value] = /^([^=;#]+)=(.*)$/s.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(key.toLowerCase(), cleanText(value.replaceAll(/\\([^])/g, '$1'), tagLimit));
  }
  const tag = (name: string): string | null => values.get(name) || null;
  return { title: tag('title'), artist: tag('artist'), album: tag('album') };
}
