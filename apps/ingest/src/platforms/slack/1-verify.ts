import { createHmac } from 'node:crypto';
import { isSameSecret } from '../../same-secret.ts';

/** The parts of a request that prove that Slack sent it. */
export interface SignedRequest {
  /** Header `x-slack-request-timestamp`, seconds since 1970. */
  timestamp: string | undefined;
  /** Header `x-slack-signature`, `v0=` and 64 hex digits. */
  signature: string | undefined;
  /** The body as received: parsing and serialising it again would change it. */
  rawBody: Buffer;
}

/** Why a request is not taken for Slack's. */
export interface Refusal {
  reason: 'headers-missing' | 'timestamp-stale' | 'timestamp-future' | 'signature-wrong' | 'token-wrong';
  /** How far its timestamp is from our clock. */
  seconds?: number;
}

/** Older requests may be replayed. A timestamp in the future means that the clocks differ, so the real age is unknown. Milliseconds. */
const toleranceMs = 300_000;

/** What can be known before the body has arrived: whether the headers are there, and whether the timestamp is of now. Null: nothing is wrong. Pure. */
export function refusalOf({ timestamp, signature }: Omit<SignedRequest, 'rawBody'>, nowMs: number): Refusal | null {
  if (timestamp === undefined || signature === undefined || !/^\d{1,12}$/.test(timestamp)) return { reason: 'headers-missing' };
  const aheadMs = Number(timestamp) * 1_000 - nowMs;
  if (Math.abs(aheadMs) > toleranceMs) {
    return { reason: aheadMs > 0 ? 'timestamp-future' : 'timestamp-stale', seconds: Math.round(Math.abs(aheadMs) / 1_000) };
  }
  return /^v0=[0-9a-f]{64}$/.test(signature) ? null : { reason: 'signature-wrong' };
}

/**
 * Slack's v0 signature: HMAC-SHA256 of `v0:<timestamp>:<raw body>` under the app's signing secret
 * (docs.slack.dev/authentication/verifying-requests-from-slack). Any of `secrets` is accepted: two are valid during a rotation.
 * Pure; compares in constant time.
 */
export function hasValidSignature(request: SignedRequest, secrets: readonly string[], nowMs: number): boolean {
  const { timestamp, signature, rawBody } = request;
  if (refusalOf(request, nowMs) || signature === undefined) return false;
  let valid = false;
  for (const secret of secrets) {
    const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest('hex')}`;
    // No early exit: the time must not reveal which secret matched.
    valid = isSameSecret(signature, expected) || valid;
  }
  return valid;
}
