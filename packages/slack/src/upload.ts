import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import { backoffMs, retry, type Backoff } from '@watchpost/shared/retry';
import { cut } from '@watchpost/shared/text';
import { within } from '@watchpost/shared/wait';
import type { Picture } from '@watchpost/shared/chat/chat';
import type { SlackCall } from './calls.ts';
import { rateLimited } from './rate-limit.ts';
import { slackUrl } from './slack-url.ts';

const uploadTarget = z.looseObject({ upload_url: slackUrl, file_id: z.string().min(1) });

/** What Slack takes of a picture's description. */
const longestAltText = { characters: 1_000, units: 1_000 };

export interface UploadOptions {
  call: SlackCall;
  /** For uploading the bytes, milliseconds. */
  uploadTimeoutMs: number;
  /** An upload that fails is repeated at once, while we have the bytes: the job's next attempt would have to make them again. */
  inPlace: {
    /** No longer than this, waits included, milliseconds. */
    forMs: number;
    /** So many times; rate limits are not counted. */
    tries: number;
    backoff: Backoff;
  };
}

/** The first two steps of Slack's external upload: afterwards Slack has the bytes, and no channel shows them yet. Resolves to the file's id. */
export async function uploadPicture(picture: Picture, options: UploadOptions, signal: AbortSignal): Promise<string> {
  const bytes = await picture.bytes();
  const { forMs, tries, backoff } = options.inPlace;
  const deadlineMs = Date.now() + forMs;
  let failures = 0;
  const retryIf = (error: unknown) => {
    if (!(error instanceof AppError) || error.retry !== 'transient') return false;
    if (error.code !== 'chat-rate-limited') failures += 1;
    const waitMs = Math.max(error.retryAfterMs ?? 0, backoffMs(Math.max(failures, 1), backoff));
    return failures < tries && Date.now() + waitMs <= deadlineMs;
  };
  // With a new ticket each time: the old one may be used up, and Slack discards those that are never completed.
  return retry(() => once(picture, bytes, options, signal), { backoff, retryIf, onRetry: () => undefined }, signal);
}

async function once(picture: Picture, bytes: Uint8Array, { call, uploadTimeoutMs }: UploadOptions, signal: AbortSignal): Promise<string> {
  const target = await call(
    'files.getUploadURLExternal',
    // The API's name is alt_txt (the client library's own helper sends another).
    { filename: picture.fileName, length: bytes.byteLength, alt_txt: cut(picture.altText, longestAltText) },
    uploadTarget,
    signal,
  );
  let response: Response;
  let answer: string;
  try {
    response = await fetch(target.upload_url, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: Buffer.from(bytes),
      redirect: 'error',
      signal: within(signal, uploadTimeoutMs),
    });
    answer = await response.text();
  } catch (error) {
    if (signal.aborted) throw new AppError('aborted', 'upload stopped', { cause: error });
    throw new AppError('upload-failed', 'could not upload the picture', { cause: error });
  }
  if (response.status === 429) throw rateLimited('upload', response.headers.get('retry-after'));
  if (!response.ok) throw new AppError('upload-failed', `Slack refused the picture: HTTP ${response.status}`);
  // Slack says "OK - 1234"; a page comes from something on the way, and Slack does not have the picture.
  if (/^\s*</.test(answer)) throw new AppError('upload-failed', 'received a page instead of Slack’s answer');
  return target.file_id;
}
