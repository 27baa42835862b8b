import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchOutside } from '@watchpost/outside/fetch-outside';
import type { GuardDeps } from '@watchpost/outside/guard';
import { AppError, toAppError } from '@watchpost/shared/errors';
import { cleanText } from '@watchpost/shared/text';
import { parseUrl } from '@watchpost/shared/parse-url';
import type { Format, Tags } from './formats.ts';
import { checkedLink } from './links.ts';
import { refuseOther } from './media-file.ts';
import type { Tools } from './tools.ts';
import { fetchByYtDlp } from './yt-dlp.ts';

/** What is to be fetched. */
export interface MediaToFetch {
  url: string;
  /** What it will be converted to: only its sound is fetched where that is enough. */
  format: Format;
  /** Whose links may be fetched. */
  hosts: readonly string[];
  /** Where it goes; nothing else may be there. */
  folder: string;
  maxBytes: number;
  timeoutMs: number;
  /** How much of it is there, 0 to 1. */
  onProgress: (part: number) => void;
}

/** What was fetched, and what is known of it. */
export interface FetchedMedia {
  file: string;
  tags: Tags;
}

export interface FetchMediaDeps {
  tools: Tools;
  fetchOutside: FetchOutside;
  /** For tests: what the programs' proxy reaches. */
  guard?: GuardDeps;
}

const titleLimit = { characters: 200, units: 400 };

/**
 * Fetches sound, film or a picture by yt-dlp where it is installed and knows the site, else over https. Rejects with `address-refused`,
 * `conversion-failed` (there is nothing of that kind, or not for us), `fetch-refused`, `fetch-failed`, `file-too-large`, and `aborted`.
 */
export async function fetchMedia(
  wish: MediaToFetch,
  { tools, fetchOutside, guard }: FetchMediaDeps,
  signal: AbortSignal,
): Promise<FetchedMedia> {
  if (checkedLink(wish.url, wish.hosts) === null) throw new AppError('address-refused', 'links of this host are not converted');
  const byYtDlp = tools.ytDlp === null ? null : await fetchByYtDlp(wish, tools.ytDlp, tools, signal, guard);
  const fetched = byYtDlp ?? (await fetchPlainly(wish, fetchOutside, signal));
  await refuseOther(fetched.file);
  return fetched;
}

async function fetchPlainly(wish: MediaToFetch, fetchOutside: FetchOutside, signal: AbortSignal): Promise<FetchedMedia> {
  const { url, hosts, maxBytes, timeoutMs } = wish;
  const fetched = await fetchOutside(
    url,
    { hosts, privateOrigins: [], maxBytes, timeoutMs, headers: { accept: 'audio/*,video/*,image/*' } },
    signal,
  );
  const length = Number(fetched.headers.get('content-length') ?? 0);
  const file = join(wish.folder, 'fetched.bin');
  const handle = await open(file, 'wx', 0o600);
  let bytes = 0;
  try {
    for await (const chunk of fetched.body) {
      await handle.writeFile(chunk);
      bytes += chunk.byteLength;
      if (length > 0) wish.onProgress(Math.min(1, bytes / length));
    }
  } catch (error) {
    throw asDiskFull(error);
  } finally {
    await handle.close();
  }
  return { file, tags: { title: titleOf(fetched.url), artist: null, album: null } };
}

/** The file's name as its address has it: better than no title. Its own title would be better still, but nobody knows it yet. */
function titleOf(url: string): string | null {
  const last = parseUrl(url)?.pathname.split('/').at(-1) ?? '';
  try {
    return (
      cleanText(
        decodeURIComponent(last)
          .replace(/\.\w{1,5}$/, '')
          .replaceAll('_', ' '),
        titleLimit,
      ) || null
    );
  } catch {
    return null;
  }
}

/** Errors of the disk, which another attempt on another worker may better. */
function asDiskFull(error: unknown): AppError {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
    return new AppError('fetch-failed', 'the disk is full', { cause: error });
  return toAppError(error);
}
