import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecurely } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import { addressesOf, checkedUrl, publicInternet, type Allowed, type GuardDeps } from './guard.ts';

/** What may be fetched, and how much of it. */
export interface FetchOutsideOptions {
  /** Hosts that may be asked, each also with its subdomains; null: all that are public. Every redirect is checked as well. */
  hosts: readonly string[] | null;
  /** Origins that may be asked although they are not public. */
  privateOrigins: readonly string[];
  maxBytes: number;
  /** For all of it, milliseconds. */
  timeoutMs: number;
  /** What we ask for. */
  headers?: Readonly<Record<string, string>>;
}

/** What was fetched: its last address after redirects, its headers, and its bytes as they come. The stream fails beyond `maxBytes`. */
export interface Fetched {
  url: string;
  /** 2xx, or 304. */
  status: number;
  headers: Headers;
  body: AsyncIterable<Uint8Array>;
}

/** Fetches an address on the public internet. See fetchOutside. */
export type FetchOutside = (url: string, options: FetchOutsideOptions, signal: AbortSignal) => Promise<Fetched>;

const mostRedirects = 3;
/** For each pause of the other side, milliseconds. */
const silenceMs = 20_000;
const mostHeaderBytes = 32_768;

// Node's own client: undici 7 throws an assertion that nobody can catch when a server closes a connection whose body waits to be read
// (its issue 5360), so that any server could end the process.

/**
 * Fetches what an address leads to, http(s) only, and only on the public internet: every address of every hop's name is checked, and those
 * are connected to, without another look-up. Bodies are decompressed, and counted after that. No cookies, no credentials.
 *
 * Rejects, and so does the body, with `address-refused` (not a place that may be asked), `fetch-refused` (it answers that it will not, or
 * leads in circles), `fetch-failed` (no answer, or one that another attempt may better; with the other side's delay), `file-too-large`,
 * and `aborted`.
 */
export const fetchOutside: FetchOutside = createFetchOutside();

/** A fetchOutside with its own resolver and its own idea of what is public, for tests. */
export function createFetchOutside(guard: GuardDeps = publicInternet): FetchOutside {
  return async (url, options, signal) => {
    throwIfAborted(signal);
    const stop = stopAfter(options.timeoutMs, signal);
    try {
      const { url: last, response } = await follow(url, options, guard, stop.signal);
      const length = Number(response.headers['content-length'] ?? 0);
      if (length > options.maxBytes) throw tooLarge(options.maxBytes);
      const asError = (error: unknown): AppError => failure(error, stop.signal, signal);
      const body = decoded(response);
      // Before anybody reads it, it may fail already.
      body.on('error', () => undefined);
      return {
        url: last.href,
        status: response.statusCode ?? 0,
        headers: headersOf(response),
        body: bounded(body, options.maxBytes, { asError, end: stop.clear }),
      };
    } catch (error) {
      stop.end();
      throw failure(error, stop.signal, signal);
    }
  };
}

/** Asks one of the addresses that were checked, and no resolver again. Resolves to the answer, whose body has not been read. */
async function ask(
  url: URL,
  { options, headers, guard }: { options: FetchOutsideOptions; headers: Readonly<Record<string, string>>; guard: GuardDeps },
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const addresses = await raceAbort(addressesOf(url.hostname, options.privateOrigins.includes(url.origin), guard), signal);
  const [first] = addresses;
  const request: RequestOptions = {
    headers: { 'accept-encoding': 'gzip, deflate, br', 'user-agent': 'watchpost', ...headers },
    lookup: (_host, { all }, found) => (all ? found(null, addresses) : found(null, first?.address ?? '', first?.family)),
    agent: false,
    maxHeaderSize: mostHeaderBytes,
    timeout: silenceMs,
    signal,
  };
  return new Promise((resolve, reject) => {
    const asked = url.protocol === 'https:' ? requestSecurely(url, request) : requestPlain(url, request);
    asked.on('timeout', () => asked.destroy(new AppError('fetch-failed', 'the address did not answer in time')));
    asked.on('error', reject).on('response', resolve);
    // An answer that switches to a protocol nobody asked for ends the connection, with neither a response nor an error.
    asked.on('close', () => reject(new AppError('fetch-failed', 'the address closed the connection without an answer')));
    asked.end();
  });
}

async function follow(
  from: string,
  options: FetchOutsideOptions,
  guard: GuardDeps,
  signal: AbortSignal,
): Promise<{ url: URL; response: IncomingMessage }> {
  const allowed: Allowed = options;
  let url = checkedUrl(from, allowed, guard);
  let headers = options.headers ?? {};
  for (let redirects = 0; ; redirects += 1) {
    const response = await ask(url, { options, headers, guard }, signal);
    const status = response.statusCode ?? 0;
    if (status < 300 || status >= 400 || status === 304) {
      refuseFailed(response, url);
      return { url, response };
    }
    response.destroy();
    const { location } = response.headers;
    if (location === undefined) throw new AppError('fetch-refused', `${url.hostname} redirects to nowhere`);
    if (redirects === mostRedirects) throw new AppError('fetch-refused', `${url.hostname} redirects more than ${mostRedirects} times`);
    const next = checkedUrl(parseUrl(location, url)?.href ?? '', allowed, guard);
    // What was meant for one origin is not for another one.
    if (next.origin !== url.origin) headers = withoutSecrets(headers);
    url = next;
  }
}

/** The body as it was before it was compressed. Throws `fetch-refused` for what we did not ask for. */
function decoded(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return response;
  const make = decoders.get(encoding);
  if (!make) throw new AppError('fetch-refused', 'the answer is compressed in a way that we do not know');
  const decoder = make();
  pipeline(response, decoder, () => undefined);
  return decoder;
}

const decoders = new Map([
  ['gzip', createGunzip],
  ['x-gzip', createGunzip],
  ['deflate', createInflate],
  ['br', createBrotliDecompress],
]);

function headersOf({ headersDistinct }: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(headersDistinct)) for (const value of values ?? []) headers.append(name, value);
  return headers;
}

const withoutSecrets = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie|.*(token|key|secret).*)$/i.test(name)));

function refuseFailed(response: IncomingMessage, { hostname }: URL): void {
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 400) return;
  response.destroy();
  const message = `${hostname} answered ${status}`;
  // Below 200 there is no final status: whatever it speaks, it is not HTTP.
  if (status < 500 && ![408, 425, 429].includes(status)) throw new AppError('fetch-refused', message);
  const seconds = Number(response.headers['retry-after'] ?? Number.NaN);
  throw new AppError('fetch-failed', message, seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : {});
}

async function* bounded(
  body: Readable,
  maxBytes: number,
  { asError, end }: { asError: (error: unknown) => AppError; end: () => void },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new AppError('fetch-failed', 'the answer is not made of bytes');
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw asError(error);
  } finally {
    body.destroy();
    end();
  }
}

const tooLarge = (maxBytes: number): AppError => new AppError('file-too-large', `it has more than the ${maxBytes} bytes that are fetched`);

/** Everything that is thrown, as one of ours. Errors of Node hold addresses: the message names none. */
function failure(error: unknown, stopped: AbortSignal, signal: AbortSignal): AppError {
  if (signal.aborted) return new AppError('aborted', 'stopped before it was done', { cause: signal.reason });
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    if (cause instanceof AppError) return cause;
  }
  if (stopped.aborted) return new AppError('fetch-failed', 'the address did not answer in time');
  return new AppError('fetch-failed', 'the address could not be fetched', { cause: error });
}

/** As `within` of shared, but let go as soon as all is done: many fetches a minute would leave their timers. */
function stopAfter(ms: number, signal: AbortSignal): { signal: AbortSignal; clear: () => void; end: () => void } {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  const timer = setTimeout(() => stop.abort(new DOMException('not done in time', 'TimeoutError')), ms);
  timer.unref();
  signal.addEventListener('abort', onAbort, { once: true });
  const clear = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  };
  return {
    signal: stop.signal,
    clear,
    end: () => {
      clear();
      // Whatever of it is still open is cut; an abort of ours says no more than that it has ended.
      setImmediate(() => stop.abort());
    },
  };
}
