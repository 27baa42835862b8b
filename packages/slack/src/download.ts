import { throwIfAborted, within } from '@watchpost/shared/wait';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { hasCredentials, type AllowsUrl } from './file-hosts.ts';
import { rateLimited } from './rate-limit.ts';

export interface DownloadOptions {
  /** Null: of what Slack shows to everybody. */
  token: string | null;
  allows: AllowsUrl;
  maxBytes: number;
  /** For the whole transfer, milliseconds. */
  timeoutMs: number;
  /** As the file object says; an HTML page of another length is Slack's, not the camera's. */
  expectedBytes: number | null;
}

const maxRedirects = 2;

/** What a refusal may come from. */
const hint = ({ token }: DownloadOptions): string => (token === null ? '' : ': is files:read missing?');

/**
 * Downloads `url` with the bot token, or without one. The token is sent to allowed hosts only, so redirects are followed by hand: two at most,
 * within the allowed hosts, without the token once the origin changes. If the token may not read the file, Slack responds with
 * HTTP 200 and its login page, or redirects to it: both are `file-forbidden`.
 */
export async function downloadFromSlack(url: string, options: DownloadOptions, signal: AbortSignal): Promise<Uint8Array> {
  const either = within(signal, options.timeoutMs);
  try {
    const response = await follow(url, options, either);
    return await readBody(response, options, either);
  } catch (error) {
    if (error instanceof AppError && error.code !== 'aborted') throw error;
    if (signal.aborted) throw new AppError('aborted', 'download stopped', { cause: error });
    throw new AppError('download-failed', either.aborted ? `not finished after ${options.timeoutMs} ms` : 'connection failed', {
      cause: error,
    });
  }
}

async function follow(start: string, options: DownloadOptions, signal: AbortSignal): Promise<Response> {
  const { token, allows } = options;
  let url = urlOf(start);
  const origin = url.origin;
  for (let hop = 0; hop <= maxRedirects; hop += 1) {
    if (hasCredentials(url)) throw new AppError('file-host-refused', 'the address contains a user name or a password');
    if (!allows(url)) {
      // At first the event named a foreign host; after a redirect, Slack is sending us to its login page.
      throw hop === 0 || token === null
        ? new AppError('file-host-refused', `${url.host} is not an allowed file host`)
        : new AppError('file-forbidden', `redirected to ${url.host}${hint(options)}`);
    }
    const headers: Record<string, string> = token !== null && url.origin === origin ? { authorization: `Bearer ${token}` } : {};
    const response = await request(url, headers, signal);
    if (response.status < 300 || response.status > 399 || response.status === 304) return checkStatus(response, options);
    await response.body?.cancel();
    const location = response.headers.get('location');
    const next: URL | null = location ? parseUrl(location, url) : null;
    if (!next) throw new AppError('download-failed', `HTTP ${response.status} without a valid location`);
    url = next;
  }
  throw new AppError('file-forbidden', `more than ${maxRedirects} redirects${hint(options)}`);
}

/** As `fetch`, but what it will never send, such as a request to a port that it blocks, is no broken connection. */
async function request(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(url, { headers, redirect: 'manual', signal });
  } catch (error) {
    const reason = error instanceof TypeError ? error.cause : error;
    const isRefusal = reason === undefined || (reason instanceof Error && reason.message === 'bad port');
    throw isRefusal ? new AppError('file-host-refused', `${url.host} cannot be asked`, { cause: error }) : error;
  }
}

function urlOf(text: string): URL {
  const url = parseUrl(text);
  if (!url) throw new AppError('file-host-refused', 'the file has no valid URL');
  return url;
}

async function checkStatus(response: Response, options: DownloadOptions): Promise<Response> {
  const { status } = response;
  if (response.ok) return response;
  await response.body?.cancel();
  if (status === 401 || status === 403) throw new AppError('file-forbidden', `HTTP ${status}${hint(options)}`);
  if (status === 404 || status === 410) throw new AppError('file-gone', `HTTP ${status}`);
  if (status === 429) throw rateLimited('download', response.headers.get('retry-after'));
  // The last three come from a proxy: it wants a login of its own, gave up waiting, or will not take an early request.
  if (status >= 500 || status === 407 || status === 408 || status === 425) throw new AppError('download-failed', `HTTP ${status}`);
  throw new AppError('file-forbidden', `HTTP ${status}`);
}

async function readBody(response: Response, options: DownloadOptions, signal: AbortSignal): Promise<Uint8Array> {
  const { maxBytes, expectedBytes } = options;
  const tooLarge = () => new AppError('file-too-large', `more than ${maxBytes} bytes`);
  if (Number(response.headers.get('content-length')) > maxBytes) {
    await response.body?.cancel();
    throw tooLarge();
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    // The signal of fetch ends a stalled body; this ends one that trickles in.
    throwIfAborted(signal);
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(Buffer.concat(chunks, length));
  const isPage = /^text\/html\b/i.test(response.headers.get('content-type') ?? '') || (startsLikeHtml(bytes) && length !== expectedBytes);
  if (isPage) throw new AppError('file-forbidden', `received an HTML page instead of the file${hint(options)}`);
  if (expectedBytes !== null && length < expectedBytes) {
    throw new AppError('download-failed', `truncated: ${length} of ${expectedBytes} bytes`);
  }
  return bytes;
}

function startsLikeHtml(bytes: Uint8Array): boolean {
  return /^\s*<(?:!doctype\s+html|html)/i.test(Buffer.from(bytes.subarray(0, 256)).toString('latin1'));
}
