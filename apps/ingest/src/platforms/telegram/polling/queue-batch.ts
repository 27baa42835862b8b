import type { Logger } from '@watchpost/shared/observability/logger';
import { backoffMs, type Backoff } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { updateKinds } from '../2-parse.ts';
import type { Clicks } from '../clicks.ts';
import type { TakeUpdate } from '../take-update.ts';

/** An update that we may not be able to read still has a number, which confirms it. */
export const numbered = z.looseObject({ update_id: z.number().int() });
export type Numbered = z.infer<typeof numbered>;

export interface BatchDeps {
  takeUpdate: TakeUpdate;
  clicks: Pick<Clicks, 'answer'>;
  log: Logger;
  /** After failures. */
  backoff: Backoff;
  /** Of the queue, for each update. Milliseconds. */
  queueMs: number;
}

/**
 * Queues all of them: each chat's updates one after the other; the chats do not wait for each other. Tries again until the queue has them; what
 * it has already, it takes no second time. Rejects with `aborted` only.
 */
export async function queueBatch(
  updates: readonly Numbered[],
  { takeUpdate, clicks, log, backoff, queueMs }: BatchDeps,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const results = await Promise.allSettled(
      chatsOf(updates).map(async (ofChat) => {
        for (const update of ofChat) {
          const { click } = await takeUpdate(update, () => queueMs);
          if (click) clicks.answer(click);
        }
      }),
    );
    const failed = results.find((result) => result.status === 'rejected');
    if (!failed) return;
    const waitMs = backoffMs(tries, backoff);
    if (tries === 1) log.warn({ err: failed.reason, waitMs }, 'the queue takes no updates: they wait at Telegram meanwhile');
    await pause(waitMs, signal);
  }
}

/** The updates of each chat in their order; each click by itself. */
function chatsOf(updates: readonly Numbered[]): Numbered[][] {
  const chats = new Map<string, Numbered[]>();
  for (const update of updates.toSorted((a, b) => a.update_id - b.update_id)) {
    const chat = chatOf(update) ?? `update ${String(update.update_id)}`;
    chats.set(chat, [...(chats.get(chat) ?? []), update]);
  }
  return [...chats.values()];
}

const chatSchema = z.looseObject({ chat: z.looseObject({ id: z.number() }) });

function chatOf(update: Record<string, unknown>): string | null {
  for (const kind of updateKinds) {
    const found = chatSchema.safeParse(update[kind]);
    if (found.success) return String(found.data.chat.id);
  }
  return null;
}
