import { AppError } from '@watchpost/shared/errors';
import { parseUrl } from '@watchpost/shared/parse-url';
import { throwIfAborted } from '@watchpost/shared/wait';
import { Agent, buildConnector, fetch, type Response } from 'undici';
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
/** Until there is a connection, and for each pause of the other side. Milliseconds. */
const connectMs = 5_000;
const silenceMs = 20_000;

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
    const agent = createAgent(options, guard);
    const end = (): void => {
      stop.clear();
      agent.destroy().catch(() => undefined);
    };
    // A body that nobody reads to its end is let go as well.
    stop.signal.addEventListener('abort', end, { once: true });
    try {
      const response = await follow(url, options, { agent, guard, signal: stop.signal });
      const length = Number(response.headers.get('content-length') ?? 0);
      if (length > options.maxBytes) throw tooLarge(options.maxBytes);
      return {
        url: response.url,
        status: response.status,
        headers: new Headers([...response.headers]),
        body: bounded(response, options, { asError: (error) => failure(error, stop.signal, signal), end }),
      };
    } catch (error) {
      end();
      throw failure(error, stop.signal, signal);
    }
  };
}

/** Connections to checked addresses only. One for each fetch: what one may ask is not what another may. */
function createAgent({ maxBytes, ...allowed }: FetchOutsideOptions, guard: GuardDeps): Agent {
  const connect: buildConnector.connector = (target, callback) => {
    const { protocol, hostname, port } = target;
    const origin = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}`).origin;
    addressesOf(hostname, allowed.privateOrigins.includes(origin), guard).then(
      (addresses) => {
        const [first] = addresses;
        const connector = buildConnector({
          timeout: connectMs,
          lookup: (_host, { all }, found) => (all ? found(null, addresses) : found(null, first?.address ?? '', first?.family)),
        });
        connector(target, callback);
      },
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    );
  };
  return new Agent({
    connect,
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    maxResponseSize: maxBytes,
    maxHeaderSize: 32_768,
    pipelining: 0,
  });
}

async function follow(
  from: string,
  options: FetchOutsideOptions,
  { agent, guard, signal }: { agent: Agent; guard: GuardDeps; signal: AbortSignal },
): Promise<Response> {
  const allowed: Allowed = options;
  let url = checkedUrl(from, allowed, guard);
  let headers = options.headers ?? {};
  for (let redirects = 0; ; redirects += 1) {
    const response = await fetch(url, { dispatcher: agent, redirect: 'manual', headers, signal });
    if (response.status < 300 || response.status >= 400 || response.status === 304) {
      refuseFailed(response, url);
      return response;
    }
    await response.body?.cancel();
    const location = response.headers.get('location');
    if (location === null) throw new AppError('fetch-refused', `${url.hostname} redirects to nowhere`);
    if (redirects === mostRedirects) throw new AppError('fetch-refused', `${url.hostname} redirects more than ${mostRedirects} times`);
    const next = checkedUrl(parseUrl(location, url)?.href ?? '', allowed, guard);
    // What was meant for one origin is not for another one.
    if (next.origin !== url.origin) headers = withoutSecrets(headers);
    url = next;
  }
}

const withoutSecrets = (headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^(authorization|cookie|.*(token|key|secret).*)$/i.test(name)));

function refuseFailed({ status, headers }: Response, { hostname }: URL): void {
  if (status < 400) return;
  const message = `${hostname} answered ${status}`;
  if (status < 500 && ![408, 425, 429].includes(status)) throw new AppError('fetch-refused', message);
  const seconds = Number(headers.get('retry-after') ?? Number.NaN);
  throw new AppError('fetch-failed', message, seconds > 0 ? { retryAfterMs: Math.min(seconds, 3_600) * 1_000 } : {});
}

async function* bounded(
  { body }: Response,
  { maxBytes }: FetchOutsideOptions,
  { asError, end }: { asError: (error: unknown) => AppError; end: () => void },
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  try {
    if (!body) return;
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) throw new AppError('fetch-failed', 'the answer is not made of bytes');
      bytes += chunk.byteLength;
      if (bytes > maxBytes) throw tooLarge(maxBytes);
      yield chunk;
    }
  } catch (error) {
    throw asError(error);
  } finally {
    end();
  }
}

const tooLarge = (maxBytes: number): AppError => new AppError('file-too-large', `it has more than the ${maxBytes} bytes that are fetched`);

/** Everything that undici throws, as one of ours. Its errors hold addresses: the message names none. */
function failure(error: unknown, stopped: AbortSignal, signal: AbortSignal): AppError {
  if (signal.aborted) return new AppError('aborted', 'stopped before it was done', { cause: signal.reason });
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth += 1) {
    if (cause instanceof AppError) return cause;
    if ('code' in cause && cause.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE')
      return new AppError('file-too-large', 'it has more bytes than are fetched');
  }
  if (stopped.aborted) return new AppError('fetch-failed', 'the address did not answer in time');
  return new AppError('fetch-failed', 'the address could not be fetched', { cause: error });
}

/** As `within` of shared, but let go as soon as all is done: many fetches a minute would leave their timers. */
function stopAfter(ms: number, signal: AbortSignal): { signal: AbortSignal; clear: () => void } {
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  const timer = setTimeout(() => stop.abort(new DOMException('not done in time', 'TimeoutError')), ms);
  timer.unref();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: stop.signal,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
