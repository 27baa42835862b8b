import { AppError } from '@watchpost/shared/errors';

/** Where Slack does not say how long, or says it in a way that nobody understands. Milliseconds. */
const unknownMs = 30_000;
const shortestMs = 1_000;
/** Slack asks for a minute at most; after this long it does no harm to ask again. */
const longestMs = 300_000;

/** The one answer to HTTP 429, wherever it comes from. `retryAfter`: the header, if there is one. */
export function rateLimited(what: string, retryAfter: string | number | null | undefined): AppError {
  return new AppError('chat-rate-limited', `${what}: rate limited`, { retryAfterMs: retryAfterMs(retryAfter) });
}

/** The wait that a Retry-After header asks for: seconds, or a date. Between a second and five minutes. */
export function retryAfterMs(header: string | number | null | undefined, nowMs: number = Date.now()): number {
  const text = String(header ?? '').trim();
  let waitMs = unknownMs;
  if (/^\d+(\.\d+)?$/.test(text)) waitMs = Number(text) * 1_000;
  // As HTTP writes dates: Sun, 06 Nov 1994 08:49:37 GMT. Date.parse alone would take "-5" for a date.
  else if (/^[a-z]{3,9},? /i.test(text) && !Number.isNaN(Date.parse(text))) waitMs = Date.parse(text) - nowMs;
  return Math.min(Math.max(Math.ceil(waitMs), shortestMs), longestMs);
}
