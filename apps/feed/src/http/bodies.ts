import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { LiveFeed } from '../live-feed.ts';
import type { Encoding } from './negotiate.ts';

/** A body as it is sent to everybody who asks for the same. */
export interface Body {
  contentType: string;
  /** Of its content; the same in each process and for each encoding. */
  etag: string;
  /** When what it shows last changed, milliseconds since 1970. */
  changedAtMs: number;
  /** It shows all that had changed by then, milliseconds since 1970. */
  madeAtMs: number;
  /** Compressed when it is first asked for. */
  bytes(encoding: Encoding): Promise<Buffer>;
}

/** Bodies that are made once for many requests. */
export interface Bodies {
  /** Another body is made when the version changes, but not many times a second. */
  get(key: string, of: State, build: () => Promise<{ text: string; contentType: string }>): Promise<Body>;
}

/** Of what a body shows. `changedAtMs`: milliseconds since 1970. */
export interface State {
  version: number;
  changedAtMs: number;
}

/** Of what shows a feed as it is now. */
export const stateOf = (live: Pick<LiveFeed, 'version' | 'changedAtMs'>): State => ({
  version: live.version(),
  changedAtMs: live.changedAtMs(),
});

const gzipAsync = promisify(gzip);
const brotliAsync = promisify(brotliCompress);
/** Smaller ones gain nothing. Bytes. */
const worthCompressing = 1_000;
/** More than this are forgotten, the least used first. */
const mostBodies = 200;
const mostBytes = 33_554_432;
/** What comes from the database or expires is not known to have changed: it is looked at again. Milliseconds. */
const longestMs = 5_000;
/** While much changes a body is as old as it took ten times to make, but never older than this. Milliseconds. */
const busyMs = 250;

interface Kept {
  version: number;
  body: Promise<Body>;
  bytes: number;
  madeAtMs: number;
  tookMs: number;
}

export function createBodies(now: () => number): Bodies {
  // The least used first.
  const kept = new Map<string, Kept>();
  let total = 0;

  const forget = (key: string): void => {
    total -= kept.get(key)?.bytes ?? 0;
    kept.delete(key);
  };
  const isFresh = ({ version, madeAtMs, tookMs }: Kept, wanted: number): boolean => {
    const ageMs = now() - madeAtMs;
    // A clock that was set back says nothing of how old it is.
    if (ageMs < 0) return false;
    return version === wanted ? ageMs < longestMs : ageMs < Math.min(tookMs * 10, busyMs);
  };
  const make = (key: string, { version, changedAtMs }: State, build: Parameters<Bodies['get']>[2]): Promise<Body> => {
    const startedMs = performance.now();
    const startedAtMs = now();
    const body = build().then(({ text, contentType }) => {
      const identity = Buffer.from(text);
      if (kept.get(key) === made) {
        Object.assign(made, { bytes: identity.length, madeAtMs: now(), tookMs: performance.now() - startedMs });
        total += identity.length;
        for (const oldest of kept.keys()) {
          if (kept.size <= mostBodies && total <= mostBytes) break;
          if (oldest !== key) forget(oldest);
        }
      }
      return bodyOf(identity, contentType, { changedAtMs, madeAtMs: startedAtMs });
    });
    body.catch(() => {
      if (kept.get(key) === made) forget(key);
    });
    // Whoever comes while it is being made waits for it.
    const made: Kept = { version, body, bytes: 0, madeAtMs: now(), tookMs: Infinity };
    forget(key);
    kept.set(key, made);
    return body;
  };

  return {
    get: async (key, of, build) => {
      const known = kept.get(key);
      if (!known || !isFresh(known, of.version)) return make(key, of, build);
      kept.delete(key);
      kept.set(key, known);
      return known.body;
    },
  };
}

function bodyOf(identity: Buffer, contentType: string, times: Pick<Body, 'changedAtMs' | 'madeAtMs'>): Body {
  const encoded = new Map<Encoding, Promise<Buffer>>();
  const encode = async (encoding: Encoding): Promise<Buffer> => {
    if (encoding === 'gzip') return gzipAsync(identity);
    if (encoding === 'br') return brotliAsync(identity, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } });
    return identity;
  };
  return {
    contentType,
    ...times,
    etag: `W/"${createHash('sha1').update(identity).digest('base64url')}"`,
    bytes: async (encoding) => {
      if (encoding === 'identity' || identity.length < worthCompressing) return identity;
      const known = encoded.get(encoding) ?? encode(encoding);
      encoded.set(encoding, known);
      return known;
    },
  };
}
