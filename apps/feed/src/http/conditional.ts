import type { IncomingHttpHeaders } from 'node:http';

/** What a client has is compared with. `changedAtMs`, and when it was made: milliseconds since 1970. */
export interface Validators {
  /** With its quotes: `W/"…"`. */
  etag: string;
  changedAtMs: number;
  madeAtMs: number;
}

/** Another process may have sent what it made later, and clocks differ a little. A time that is later still is of a clock that was set back. Milliseconds. */
const aheadMs = 60_000;

const strong = (etag: string): string => etag.trim().replace(/^W\//, '');

/** Whether a client has what we would send. If-None-Match decides alone where it stands. */
export function isNotModified(headers: IncomingHttpHeaders, { etag, changedAtMs, madeAtMs }: Validators): boolean {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined) {
    if (ifNoneMatch.trim() === '*') return true;
    return ifNoneMatch.split(',').some((each) => strong(each) === strong(etag));
  }
  const since = Date.parse(headers['if-modified-since'] ?? '');
  return Number.isFinite(since) && since <= madeAtMs + aheadMs && wholeSecond(changedAtMs) <= since;
}

const wholeSecond = (ms: number): number => Math.floor(ms / 1_000) * 1_000;

/**
 * When it was last modified, for a client that asks again with this time. Within a second there may be another change: what was made
 * (`madeAtMs`) before it was over has an earlier time, so that a client asks in vain for some seconds, rather than never hearing of it.
 */
export function lastModified({ changedAtMs, madeAtMs }: { changedAtMs: number; madeAtMs: number }): string {
  return new Date(Math.min(wholeSecond(changedAtMs), wholeSecond(madeAtMs) - 1_000)).toUTCString();
}
