import { open } from 'node:fs/promises';
import path from 'node:path';
import type { ChatFile, ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import { retry } from '@watchpost/shared/retry';
import { throwIfAborted, within } from '@watchpost/shared/wait';
import { z } from 'zod';
import { signalOf, type TelegramApi } from './api.ts';
import { says } from './errors.ts';
import { thumbnailIdOf } from './file.ts';

export interface DownloadOptions {
  api: TelegramApi;
  token: string;
  apiUrl: string;
  /** For the whole transfer, milliseconds. */
  timeoutMs?: number;
}

const fileSchema = z.looseObject({
  file_path: z.string().min(1).optional().catch(undefined),
  file_size: z.number().optional().catch(undefined),
});

/** Telegram says so as well where its own servers fail for a moment. */
const tries = 3;
const backoff = { firstMs: 400, maxMs: 2_000 };

const telegrams = 'https://api.telegram.org';

/** Downloads files. An address holds the token and is good for an hour: it is asked for each time, and told to nobody. */
export function createDownload(options: DownloadOptions): ChatPlatform['download'] {
  return async (file, { maxBytes, source }, signal) => {
    if (source === 'original' && (file.sizeBytes ?? 0) > maxBytes) throw tooLarge(maxBytes);
    const found = await pathOf(idOf(file, source), options, signal);
    if (found.sizeBytes > maxBytes) throw tooLarge(maxBytes);
    const limits = { maxBytes, expectedBytes: source === 'original' ? found.sizeBytes : 0 };
    // A server of somebody's own that runs with --local says where the file lies on the disk that it shares with us.
    if (path.isAbsolute(found.path) && options.apiUrl !== telegrams) return readFromDisk(found.path, limits, signal);
    return fetchFile(found.path, options, limits, signal);
  };
}

const tooLarge = (maxBytes: number): AppError => new AppError('file-too-large', `more than ${maxBytes} bytes`);

function idOf(file: ChatFile, source: 'original' | 'thumbnail'): string {
  if (source === 'original') return file.id;
  const id = file.thumbnailUrl === null ? null : thumbnailIdOf(file.thumbnailUrl);
  if (id === null) throw new AppError('file-gone', 'Telegram made no thumbnail of this file');
  return id;
}

async function pathOf(id: string, { api }: DownloadOptions, signal: AbortSignal): Promise<{ path: string; sizeBytes: number }> {
  let left = tries;
  const ask = async (): Promise<unknown> => {
    left -= 1;
    return api.raw.getFile({ file_id: id }, signalOf(signal)).catch(inPlainWords);
  };
  const retryIf = (error: unknown): boolean => left > 0 && says(error, 'temporarily unavailable');
  const { data } = fileSchema.safeParse(await retry(ask, { backoff, retryIf, onRetry: () => undefined }, signal));
  if (data?.file_path === undefined) throw new AppError('file-not-ready', 'getFile: no path yet');
  return { path: data.file_path, sizeBytes: data.file_size ?? 0 };
}

/** People read why their picture could not be looked at. */
function inPlainWords(error: unknown): never {
  if (!(error instanceof AppError) || error.code !== 'file-too-large') throw error;
  throw new AppError('file-too-large', 'Telegram gives bots no file of more than 20 MB', { cause: error });
}

interface Limits {
  maxBytes: number;
  /** 0: nobody knows. */
  expectedBytes: number;
}

/** Rejects with errors that name neither address nor path. */
async function fetchFile(filePath: string, options: DownloadOptions, limits: Limits, signal: AbortSignal): Promise<Uint8Array> {
  const { token, apiUrl, timeoutMs = 60_000 } = options;
  const either = within(signal, timeoutMs);
  const encoded = filePath
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/');
  try {
    const response = await fetch(`${apiUrl}/file/bot${token}/${encoded}`, { redirect: 'error', signal: either });
    if (!response.ok) {
      await response.body?.cancel();
      throw statusError(response.status, response.headers.get('retry-after'));
    }
    const bytes = await readBody(response.body ?? [], limits, either);
    if (bytes.byteLength < limits.expectedBytes)
      throw new AppError('download-failed', `truncated: ${bytes.byteLength} of ${limits.expectedBytes} bytes`);
    return bytes;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'aborted') throw error;
    if (signal.aborted) throw new AppError('aborted', 'download stopped');
    throw new AppError('download-failed', either.aborted ? `not finished after ${timeoutMs} ms` : 'connection failed');
  }
}

function statusError(status: number, retryAfter: string | null): AppError {
  if (status === 429)
    return new AppError('chat-rate-limited', 'download: rate limited', { retryAfterMs: Math.max(1, Number(retryAfter) || 5) * 1_000 });
  if (status === 401) return new AppError('chat-not-authorised', 'download: HTTP 401: check TELEGRAM_BOT_TOKEN');
  return new AppError(status === 404 || status === 410 ? 'file-gone' : 'download-failed', `download: HTTP ${status}`);
}

async function readBody(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { maxBytes }: Limits,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    // The signal of fetch ends a stalled body; this ends one that trickles in.
    throwIfAborted(signal);
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return new Uint8Array(Buffer.concat(chunks, length));
}

async function readFromDisk(filePath: string, limits: Limits, signal: AbortSignal): Promise<Uint8Array> {
  try {
    const handle = await open(filePath, 'r');
    // The stream closes it.
    return await readBody(handle.createReadStream(), limits, signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('download-failed', 'the Bot API server’s file cannot be read: does it share its disk with watchpost?');
  }
}
