import { setMaxListeners } from 'node:events';
import { pause } from '@watchpost/shared/wait';

/** Where updates are delivered, as Telegram does. */
export interface WebhookTarget {
  url: string;
  secret: string;
}

/** Deliveries of a webhook. */
export interface Acknowledged {
  /** Times until each was acknowledged, milliseconds. */
  waitsMs: number[];
  /** Those that were answered with something else than 2xx. */
  refused: number;
}

/** Chats that write in turn. */
const chats = 200;

/** Delivers `--rate` updates a second from many chats, at fixed times whatever the answers do. */
export async function deliverUpdates(
  target: WebhookTarget,
  { rate, seconds }: { rate: number; seconds: number },
  signal: AbortSignal,
): Promise<Acknowledged> {
  setMaxListeners(0, signal);
  const result: Acknowledged = { waitsMs: [], refused: 0 };
  const open: Promise<void>[] = [];
  const startMs = performance.now();
  for (let index = 0; index < rate * seconds; index += 1) {
    const waitMs = startMs + (index * 1_000) / rate - performance.now();
    if (waitMs > 1) await pause(waitMs, signal);
    open.push(deliver(target, index, result, signal));
  }
  await Promise.all(open);
  return result;
}

async function deliver({ url, secret }: WebhookTarget, index: number, result: Acknowledged, signal: AbortSignal): Promise<void> {
  const beforeMs = performance.now();
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret },
    body: JSON.stringify(updateOf(index)),
    signal,
  });
  await response.arrayBuffer();
  if (response.ok) result.waitsMs.push(performance.now() - beforeMs);
  else result.refused += 1;
}

/** A message in one of the chats. */
function updateOf(index: number): object {
  const id = 100_000 + (index % chats);
  const from = { id, is_bot: false, first_name: `Person ${String(id)}`, language_code: 'en' };
  const message = {
    message_id: 1 + Math.floor(index / chats),
    date: Math.floor(Date.now() / 1_000),
    chat: { id, type: 'private', first_name: from.first_name },
    from,
    text: `message ${String(index)}`,
  };
  return { update_id: 1_000_000 + index, message };
}
