import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { startOutsideProxy } from '@watchpost/outside/outside-proxy';
import { publicInternet, type GuardDeps } from '@watchpost/outside/guard';
import { AppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import { z } from 'zod';
import { formatDefinitions, type Tags } from './formats.ts';
import type { FetchedMedia, MediaToFetch } from './fetch-media.ts';
import { runTool } from './run-tool.ts';
import type { Tools } from './tools.ts';

const tagLimit = { characters: 200, units: 400 };
const text = z.string().nullish().catch(null);
const infoSchema = z.object({ title: text, artist: text, album: text, track: text, uploader: text });
const infoMark = 'INFO ';
const progressMark = 'PROGRESS ';
const longestSeconds = 14_400;
const passingPattern =
  /^ERROR:.*(No space left on device|timed out|HTTP Error (?:429|5\d\d)|Connection (?:reset|refused|aborted)|Unable to connect to proxy)/i;

/**
 * Fetches what a link leads to by yt-dlp, through a proxy that reaches the public internet only. Null: it knows nothing about this link.
 * Rejects as fetchMedia.
 */
export async function fetchByYtDlp(
  wish: MediaToFetch,
  ytDlp: string,
  tools: Tools,
  signal: AbortSignal,
  guard: GuardDeps = publicInternet,
): Promise<FetchedMedia | null> {
  const { folder, maxBytes, timeoutMs } = wish;
  const proxy = await startOutsideProxy({ hosts: null, privateOrigins: [], maxBytes: maxBytes * 2 }, guard);
  const heard: Heard = { tags: noTags, isUnknown: false, isClosed: false, isOutdated: false, isPassing: false };
  try {
    const status = await runTool(
      {
        command: ytDlp,
        args: argsFor(wish, proxy.url),
        folder,
        timeoutMs,
        maxBytes,
        maxMemoryBytes: null,
        onLine: (line) => hear(line, heard, wish.onProgress),
      },
      tools,
      signal,
    );
    const file = await onlyFile(folder);
    if (file !== null && status === 0) return { file, tags: heard.tags };
    if (heard.isOutdated)
      throw new AppError('converter-missing', 'this yt-dlp is too old, it does not know all options: install a current one, or remove it');
    if (heard.isUnknown) return null;
    if (heard.isPassing) throw new AppError('fetch-failed', 'what the link leads to could not be fetched at the moment');
    if (heard.isClosed) throw new AppError('conversion-failed', 'what the link leads to is not open to everybody, or is gone');
    if (status === 0)
      throw new AppError(
        'conversion-failed',
        'what the link leads to is a live stream, longer than four hours, or larger than is converted',
      );
    throw new AppError('conversion-failed', 'what the link leads to could not be fetched');
  } finally {
    await proxy.close();
  }
}

/** What it says. */
interface Heard {
  tags: Tags;
  isUnknown: boolean;
  isClosed: boolean;
  /** It is not the one that we know, such as that of a distribution: those are years old. */
  isOutdated: boolean;
  /** What another attempt may better: the site is away, the network, the disk is full. */
  isPassing: boolean;
}

const noTags: Tags = { title: null, artist: null, album: null };

function argsFor({ url, format, folder, maxBytes }: MediaToFetch, proxy: string): string[] {
  const wanted = formatDefinitions[format].needs === 'audio' ? 'bestaudio/best' : 'best[height<=1080]/best/bestvideo';
  return [
    // Nothing of this machine: no settings, plugins, cookies, caches, and no other program.
    ['--ignore-config', '--no-plugin-dirs', '--no-remote-components', '--no-cache-dir', '--no-exec', '--no-cookies-from-browser'],
    // ffmpeg would open connections of its own: it is looked for where there is none.
    ['--no-update', '--ffmpeg-location', join(folder, 'none'), '--fixup', 'never', '--hls-prefer-native'],
    // Only what it knows; the generic part fetches any page.
    ['--ies', 'default,-generic', '--default-search', 'error', '--no-playlist', '--playlist-items', '1', '--proxy', proxy],
    ['--no-mtime', '--no-part', '--socket-timeout', '10', '--retries', '2', '--fragment-retries', '2'],
    ['--max-filesize', String(maxBytes), '--match-filters', `!is_live & duration<?${longestSeconds}`, '--restrict-filenames'],
    ['--newline', '--progress', '--progress-template', `download:${progressMark}%(progress.downloaded_bytes)s %(progress.total_bytes)s`],
    ['--print', `before_dl:${infoMark}%(.{title,artist,album,track,uploader})j`, '--no-simulate'],
    ['-f', wanted, '-P', folder, '-o', 'fetched.%(ext)s', '--', url],
  ].flat();
}

function hear(line: string, heard: Heard, onProgress: (part: number) => void): void {
  if (line.startsWith(infoMark)) heard.tags = readInfo(line.slice(infoMark.length));
  const [, done, all] = /^PROGRESS (\d+) (\d+)/.exec(line.trim()) ?? [];
  if (done !== undefined && Number(all) > 0) onProgress(Math.min(1, Number(done) / Number(all)));
  if (/: error: no such option: /.test(line)) heard.isOutdated = true;
  else if (passingPattern.test(line)) heard.isPassing = true;
  if (/^ERROR:.*(Unsupported URL|No suitable extractor|is not a valid URL)/i.test(line)) heard.isUnknown = true;
  else if (/^ERROR:.*(private|unavailable|sign in|log ?in|removed|not available|HTTP Error 40[134])/i.test(line)) heard.isClosed = true;
}

function readInfo(json: string): Tags {
  let value: unknown = null;
  try {
    value = JSON.parse(json);
  } catch {
    // Cut, or something else: then nothing is known.
  }
  const info = infoSchema.safeParse(value).data;
  if (!info) return noTags;
  const clean = (found: string | null | undefined): string | null => (found ? cleanText(found, tagLimit) || null : null);
  return { title: clean(info.track ?? info.title), artist: clean(info.artist ?? info.uploader), album: clean(info.album) };
}

/** What it fetched; null: nothing, or not all of it. */
async function onlyFile(folder: string): Promise<string | null> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isFile() && /^fetched\.\w+$/.test(entry.name));
  const [first] = names;
  if (!first || names.length !== 1 || /\.(part|ytdl|temp)$/.test(first.name)) return null;
  // By its name ffmpeg would guess what it is.
  const file = join(folder, 'fetched.bin');
  await rename(join(folder, first.name), file);
  return file;
}
