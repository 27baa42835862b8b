import { within } from '@watchpost/shared/wait';
import { createHmac } from 'node:crypto';

/** What an app answered to a request of Slack's. */
export interface AppAnswer {
  /** Null: nothing within Slack's time. */
  status: number | null;
  body: string;
}

/** How long Slack waits for an answer, milliseconds. */
const timeoutMs = 3_000;

/** Sends a request to an app as Slack does: signed, with three seconds to answer. Never rejects. */
export async function signedPost(
  url: string,
  body: { json: unknown } | { form: Record<string, string> },
  signingSecret: string,
  signal: AbortSignal,
): Promise<AppAnswer> {
  const payload = 'json' in body ? JSON.stringify(body.json) : new URLSearchParams(body.form).toString();
  const timestamp = String(Math.floor(Date.now() / 1_000));
  const signature = `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:${payload}`).digest('hex')}`;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'json' in body ? 'application/json' : 'application/x-www-form-urlencoded',
        'x-slack-request-timestamp': timestamp,
        'x-slack-signature': signature,
      },
      body: payload,
      redirect: 'error',
      signal: within(signal, timeoutMs),
    });
    return { status: response.status, body: await response.text() };
  } catch {
    return { status: null, body: '' };
  }
}
