import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a request that prove that Slack sent it. */
export interface SignedRequest {
  /** Header `x-slack-request-timestamp`, seconds since 1970. */
  timestamp: string | undefined;
  /** Header `x-slack-signature`, `v0=` and 64 hex digits. */
  signature: string | undefined;
  /** The body as received: parsing and serialising it again would change it. */
  rawBody: Buffer;
}

/** Older requests may be replayed. A timestamp in the future means that the clocks differ, so the real age is unknown. Milliseconds. */
const toleranceMs = 300_000;

/**
 * Slack's v0 signature: HMAC-SHA256 of `v0:<timestamp>:<raw body>` under the app's signing secret
 * (docs.slack.dev/authentication/verifying-requests-from-slack). Any of `secrets` is accepted: two are valid during a rotation.
 * Pure; compares in constant time.
 */
export function hasValidSignature({ timestamp, signature, rawBody }: SignedRequest, secrets: readonly string[], nowMs: number): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > toleranceMs) return false;
  let valid = false;
  for (const secret of secrets) {
    const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;
    // No early exit: the time must not reveal which secret matched.
    valid = isSameSecret(signature, expected) || valid;
  }
  return valid;
}

/** Compares in constant time, also if the lengths differ. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
