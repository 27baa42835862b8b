import { createHash, timingSafeEqual } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createLogRarely } from '../log-rarely.ts';

/** Wrong tokens of one address, in each minute. */
const mostWrong = 20;
const minuteMs = 60_000;
/** Beyond so many addresses the oldest are forgotten. */
const mostAddresses = 10_000;

/** Throws `request-unauthorised` unless this is a right token; `request-rate-limited` for one wrong token too many. */
export type CheckBearer = (authorization: string | undefined, address: string) => void;

/**
 * Checks bearer tokens (RFC 6750) in constant time: what is missing, what is no token and what is wrong get one and the same answer.
 * A right token is always taken, also from an address that many wrong ones come from: it may be a proxy's.
 */
export function createCheckBearer(tokens: readonly string[], { log, now }: { log: Logger; now: () => number }): CheckBearer {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const expected = tokens.map((token) => digest(token));
  const rarely = createLogRarely(now);
  const countWrong = createWrongCount(now);
  return (authorization, address) => {
    const given = digest(/^bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '');
    let isRight = false;
    // No early exit: the time must not reveal which token matched.
    for (const each of expected) isRight = timingSafeEqual(given, each) || isRight;
    if (isRight) return;
    rarely('token-wrong', (times) => log.warn({ times }, 'a request for quotes without a valid token was refused'));
    const waitMs = countWrong(address);
    if (waitMs !== null) throw new AppError('request-rate-limited', 'too many requests without a valid token', { retryAfterMs: waitMs });
    throw new AppError('request-unauthorised', 'a valid token is needed');
  };
}

/** Counts wrong tokens. How long an address must wait that sent too many, milliseconds; null: it need not. */
function createWrongCount(now: () => number): (address: string) => number | null {
  const counts = new Map<string, { sinceMs: number; wrong: number }>();
  return (address) => {
    const known = counts.get(address);
    const entry = known && now() - known.sinceMs < minuteMs ? known : { sinceMs: now(), wrong: 0 };
    entry.wrong += 1;
    // At its end: the first one is the oldest.
    if (entry !== known) counts.delete(address);
    counts.set(address, entry);
    const [oldest] = counts.keys();
    if (counts.size > mostAddresses && oldest !== undefined) counts.delete(oldest);
    return entry.wrong > mostWrong ? entry.sinceMs + minuteMs - now() : null;
  };
}
