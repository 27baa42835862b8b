import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a request offers as proof that it comes from Slack. */
export interface SignedRequest {
  /** Header `x-slack-request-timestamp`, seconds since 1970. */
  timestamp: string | undefined;
  /** Header `x-slack-signature`, `v0=` and 64 hex digits. */
  signature: string | undefined;
  /** The body as it came over the wire: parsing and printing it again would change it. */
  rawBody: Buffer;
}

/** Older requests may be recordings; younger than now cannot be, but a clock that far off hides how old they are. Milliseconds. */
const toleranceMs = 300_000;

/**
 * Slack's v0 signature: HMAC-SHA256 of `v0:<timestamp>:<raw body>` under the app's signing secret
 * (docs.slack.dev/authentication/verifying-requests-from-slack). Any of `secrets` will do: two are valid while one is being
 * replaced. Pure; compares in constant time.
 */
export function hasValidSignature({ timestamp, signature, rawBody }: SignedRequest, secrets: readonly string[], nowMs: number): boolean {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return false;
  if (Math.abs(nowMs - Number(timestamp) * 1_000) > toleranceMs) return false;
  let valid = false;
  for (const secret of secrets) {
    const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;
    // No early exit: how long this takes must not tell which secret was near.
    valid = isSameSecret(signature, expected) || valid;
  }
  return valid;
}

/** Compares in constant time, whatever the two lengths are. */
export function isSameSecret(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
