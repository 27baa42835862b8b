import { within } from '@watchpost/shared/wait';
import type { Json } from '../world/model.ts';
import type { UpdateQueue, Waiting } from './queue.ts';

export interface WebhookTarget {
  url: string;
  secretToken: string | null;
  maxConnections: number;
}

export interface Webhook {
  target(): WebhookTarget | null;
  set(target: WebhookTarget | null): void;
  lastError(): { dateS: number; message: string } | null;
  close(): void;
}

export interface WebhookOptions {
  queue: UpdateQueue;
  /** Does what a 2xx answer asks for: it may hold a call of a method. */
  execute: (body: Json) => Promise<void>;
  /** The second wait after a failure, which doubles with each further one, milliseconds. */
  backoffMs: number;
}

interface Lane {
  busy: boolean;
  failures: number;
}

/** After so long without an answer an update counts as not delivered, milliseconds. */
const answerMs = 60_000;
const longestBackoffMs = 60_000;
const longestRetryAfterS = 3_600;

/** Delivers updates: the lanes side by side, each in order, the next only after success; as Telegram's own server does. */
export function createWebhook({ queue, execute, backoffMs }: WebhookOptions): Webhook {
  let target: WebhookTarget | null = null;
  let error: { dateS: number; message: string } | null = null;
  let running = 0;
  const lanes = new Map<string, Lane>();
  const timers = new Set<NodeJS.Timeout>();
  const stopped = new AbortController();

  const pump = (): void => {
    if (!target || stopped.signal.aborted) return;
    const seen = new Set<string>();
    for (const update of queue.waiting()) {
      if (seen.has(update.lane)) continue;
      seen.add(update.lane);
      const lane = lanes.get(update.lane) ?? { busy: false, failures: 0 };
      lanes.set(update.lane, lane);
      if (lane.busy || running >= target.maxConnections) continue;
      lane.busy = true;
      running += 1;
      void deliver(target, lane, update);
    }
  };
  const after = (lane: Lane, waitMs: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      lane.busy = false;
      pump();
    }, waitMs);
    timers.add(timer);
  };
  const deliver = async (to: WebhookTarget, lane: Lane, update: Waiting): Promise<void> => {
    const outcome = await post(to, update.body, stopped.signal);
    running -= 1;
    if ('answer' in outcome) {
      lane.failures = 0;
      queue.delivered(update);
      await execute(outcome.answer).catch(() => undefined);
      lane.busy = false;
    } else {
      error = { dateS: Math.floor(Date.now() / 1_000), message: outcome.failure };
      const waitMs = lane.failures === 0 ? 0 : Math.min(longestBackoffMs, backoffMs * 2 ** (lane.failures - 1));
      lane.failures += 1;
      after(lane, outcome.retryAfterMs ?? waitMs);
    }
    pump();
  };
  const stopListening = queue.onNew(() => setImmediate(pump));
  return {
    target: () => target,
    set: (to) => {
      target = to;
      error = null;
      setImmediate(pump);
    },
    lastError: () => error,
    close: () => {
      stopListening();
      stopped.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

type Outcome = { answer: Json } | { failure: string; retryAfterMs: number | null };

async function post({ url, secretToken }: WebhookTarget, body: Json, stopped: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'content-type': 'application/json', ...(secretToken !== null && { 'x-telegram-bot-api-secret-token': secretToken }) },
      body: JSON.stringify(body),
      signal: within(stopped, answerMs),
    });
    const text = await response.text();
    if (response.ok) return { answer: asJson(text) };
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    const retryAfterMs = Number.isFinite(seconds) ? Math.min(seconds, longestRetryAfterS) * 1_000 : null;
    return { failure: `Wrong response from the webhook: ${String(response.status)} ${response.statusText}`, retryAfterMs };
  } catch (error) {
    return {
      failure: error instanceof Error && error.name === 'TimeoutError' ? 'Read timeout expired' : 'Connection failed',
      retryAfterMs: null,
    };
  }
}

function asJson(text: string): Json {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
