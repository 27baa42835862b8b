import { setMaxListeners } from 'node:events';
import { pause } from '@watchpost/shared/wait';
import { postTo } from '../servers/post-to.ts';
import { signedHeaders } from '../servers/signed-request.ts';

/** Waits before Slack's next deliveries of an event: it tries at once, after a minute and after five. Shortened, and repeated without limit. Milliseconds. */
const redeliveryAfterMs = [0, 1_000, 2_000];

/** How long ingest takes to warm up after a start: modules load, code is compiled. Milliseconds. */
const warmUpMs = 3_000;

export interface Tally {
  /** Times of the deliveries that were acked, milliseconds; `steady`: of events sent while ingest was up and warm. */
  ackMs: number[];
  steadyMs: number[];
  /** Deliveries that were not: refused, cut off, or too late. */
  redeliveries: number;
}

export interface Load {
  rate: number;
  seconds: number;
  kills: number;
}

/** Where events go, and what they say. */
export interface Target {
  url: string;
  /** Signs the requests. */
  secret: string;
  /** Of the first event; each has a number of its own. */
  first: number;
  /** Where a file is downloaded. */
  urlOf: (fileId: string) => string;
  sizeBytes: number;
}

/** Delivers events at fixed times, whatever the answers do: a slow server must not slow its own load down. */
export async function deliver(target: Target, { rate, seconds, kills }: Load, kill: () => void, signal: AbortSignal): Promise<Tally> {
  const tally: Tally = { ackMs: [], steadyMs: [], redeliveries: 0 };
  // Each event waits with this signal.
  setMaxListeners(0, signal);
  const events = rate * seconds;
  const killAt = new Set(Array.from({ length: kills }, (_, index) => Math.round((events * (index + 1)) / (kills + 1))));
  const startMs = performance.now();
  let startedMs = startMs;
  const open: Promise<void>[] = [];
  for (let index = 0; index < events; index += 1) {
    const waitMs = startMs + (index * 1_000) / rate - performance.now();
    if (waitMs > 1) await pause(waitMs, signal);
    if (killAt.has(index)) {
      kill();
      startedMs = performance.now();
    }
    const steady = performance.now() - startedMs > warmUpMs;
    open.push(
      deliverUntilAcked(target, eventBody(target, index), tally, signal).then((ackMs) => {
        tally.ackMs.push(ackMs);
        if (steady) tally.steadyMs.push(ackMs);
      }),
    );
  }
  await Promise.all(open);
  return tally;
}

async function deliverUntilAcked({ url, secret }: Target, body: string, tally: Tally, signal: AbortSignal): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const headers = signedHeaders(secret, body);
    const beforeMs = performance.now();
    const acked = (await postTo(url, headers, body)) === 200;
    if (acked) return performance.now() - beforeMs;
    tally.redeliveries += 1;
    await pause(redeliveryAfterMs[Math.min(tries, redeliveryAfterMs.length - 1)] ?? 0, signal);
  }
}

/** Each event is another message with another file. */
export function eventBody({ first, urlOf, sizeBytes }: Pick<Target, 'first' | 'urlOf' | 'sizeBytes'>, index: number): string {
  const number = first + index;
  const ts = `1700000000.${String(number).padStart(6, '0')}`;
  const file = {
    id: `F${number}`,
    name: '20231114221320.png',
    mimetype: 'image/png',
    filetype: 'png',
    size: sizeBytes,
    url_private_download: urlOf(`F${number}`),
  };
  const event = { type: 'message', subtype: 'file_share', channel: 'C0BENCH', user: 'U0CAM', bot_id: 'B0CAM', ts, text: '', files: [file] };
  return JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A0WATCH', event_id: `Ev${number}`, event });
}
