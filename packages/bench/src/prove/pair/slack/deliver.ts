import { pause } from '@watchpost/shared/wait';
import { signedHeaders } from '../../../servers/signed-request.ts';
import type { Journal } from '../journal.ts';
import { chanceOf } from '../../random.ts';

/** Slack counts later answers as failures. Milliseconds. */
const patienceMs = 3_000;
/** Before each delivery of an event: at once, and three retries (really: at once, after a minute, after five), then hourly for a day. Shortened. */
const firstWaitsMs = [0, 50, 1_500, 4_000];
const hourMs = 5_000;
const hours = 24;

export interface DeliverOptions {
  seed: number;
  secret: string;
  /** Addresses of the ingest processes; each delivery goes to one of them. */
  targets: readonly string[];
  journal: Journal;
}

/** Delivers an event until it is acknowledged, as Slack does. Resolves to whether it was. `about`: the snapshots in it. */
export async function deliver(
  event: { id: string; body: string },
  about: readonly string[],
  { seed, secret, targets, journal }: DeliverOptions,
  signal: AbortSignal,
): Promise<boolean> {
  const note = (what: string): void => about.forEach((id) => journal.note(id, `event ${event.id}: ${what}`));
  let reason: string | null = null;
  for (let retry = 0; retry < firstWaitsMs.length + hours; retry += 1) {
    await pause(firstWaitsMs[retry] ?? hourMs, signal);
    const target = targets[Math.floor(chanceOf(seed, 'target', event.id, retry) * targets.length)] ?? '';
    journal.count('deliveries');
    const outcome = await post(
      `${target}/api/events`,
      { ...signedHeaders(secret, event.body), ...retryHeaders(retry, reason) },
      event.body,
    );
    note(`delivery ${String(retry + 1)} ${typeof outcome === 'number' ? `is answered ${String(outcome)}` : outcome}`);
    if (typeof outcome === 'number' && outcome >= 200 && outcome < 300) return true;
    journal.count(outcome === 503 ? 'refused 503' : typeof outcome === 'number' ? 'refused otherwise' : 'unanswered');
    reason = typeof outcome === 'number' ? 'http_error' : outcome;
  }
  note('Slack gives up');
  return false;
}

const retryHeaders = (retry: number, reason: string | null): Record<string, string> =>
  reason === null ? {} : { 'x-slack-retry-num': String(retry), 'x-slack-retry-reason': reason };

/** The status, or Slack's word for why there is none. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number | 'http_timeout' | 'connection_failed'> {
  const timeout = AbortSignal.timeout(patienceMs);
  try {
    const response = await fetch(url, { method: 'POST', headers, body, signal: timeout });
    await response.text();
    return response.status;
  } catch {
    return timeout.aborted ? 'http_timeout' : 'connection_failed';
  }
}
