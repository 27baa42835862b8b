import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { backoffMs } from '@watchpost/shared/retry';
import { parseUrl } from '@watchpost/shared/parse-url';
import { pause, raceAbort } from '@watchpost/shared/wait';
import { signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { z } from 'zod';
import { updateKinds } from '../2-parse.ts';
import type { Clicks } from '../clicks.ts';
import type { TakeUpdate } from '../take-update.ts';
import type { TelegramMetrics } from '../telegram-metrics.ts';
import { inTurn, type TurnDeps } from './turn.ts';

export interface PollingOptions extends Pick<TurnDeps, 'documents' | 'bot'> {
  api: Pick<TelegramApi, 'getUpdates' | 'getWebhookInfo'>;
  takeUpdate: TakeUpdate;
  clicks: Clicks;
  /** Resolves when our name is known. */
  identified: Promise<void>;
  telegramMetrics: TelegramMetrics;
  log: Logger;
  /** Waits; tests need shorter ones. */
  times?: Partial<typeof defaultTimes> & NonNullable<TurnDeps['times']>;
}

const defaultTimes = {
  /** After failures. */
  backoff: { firstMs: 1_000, maxMs: 30_000 },
  /** While a person must do something first, or another process asks. */
  repairMs: 10_000,
  /** Of the queue, for each update. */
  queueMs: 5_000,
};

/** How long Telegram may keep a question open until something happens. Seconds. */
const pollSeconds = 30;
const mostUpdates = 100;

export interface Polling {
  /** For readiness: true while this process asks, or another one does; a sentence if a person must do something first. */
  check: () => boolean | string;
  /** Resolves when it has ended, after the signal has aborted. */
  done: Promise<void>;
}

/** What we cannot read still has a number, which confirms it. */
const numbered = z.looseObject({ update_id: z.number().int() });

/**
 * Asks Telegram for updates, in a loop: no public address is needed. The next question confirms the updates of the one before, so a batch is
 * queued first; whatever is not confirmed comes again, and makes the same jobs. Not with grammY's own loop, which removes a webhook that
 * somebody else has set.
 */
export function startPolling(options: PollingOptions, stopping: AbortSignal): Polling {
  const { log, telegramMetrics } = options;
  const times = { ...defaultTimes, ...options.times };
  let state: boolean | string = false;
  let failures = 0;
  let lastTold = '';

  const fail = async (thrown: unknown, signal: AbortSignal): Promise<void> => {
    failures += 1;
    const known = toAppError(thrown);
    const isConflict = /conflict/i.test(known.message);
    const repair = isConflict ? otherPoller : known.retry === 'repairable' ? known.message : null;
    state = repair ?? false;
    const waitMs = Math.max(repair ? times.repairMs * (0.5 + Math.random()) : backoffMs(failures, times.backoff), known.retryAfterMs ?? 0);
    const line = repair ?? 'Telegram cannot be asked for updates, retrying';
    // The same trouble is told of once.
    log[line === lastTold ? 'debug' : known.retry === 'repairable' ? 'error' : 'warn']({ err: thrown, waitMs }, line);
    lastTold = line;
    await pause(waitMs, signal);
  };

  const ask = async (offset: number | null, signal: AbortSignal): Promise<number | null> => {
    const batch = await raceAbort(
      options.api.getUpdates(
        { ...(offset !== null && { offset }), limit: mostUpdates, timeout: pollSeconds, allowed_updates: updateKinds },
        signalOf(signal),
      ),
      signal,
    );
    [state, failures, lastTold] = [true, 0, ''];
    const updates = z.array(numbered).parse(batch);
    if (updates.length === 0) return offset;
    await queueAll(updates, signal);
    return Math.max(...updates.map(({ update_id: id }) => id)) + 1;
  };

  /** Each chat's updates one after the other; the chats, and clicks, do not wait for each other. */
  const queueAll = async (updates: readonly z.infer<typeof numbered>[], signal: AbortSignal): Promise<void> => {
    for (let tries = 1; ; tries += 1) {
      const results = await Promise.allSettled(
        chatsOf(updates).map(async (ofChat) => {
          for (const update of ofChat) {
            const { click } = await options.takeUpdate(update, () => times.queueMs);
            if (click) options.clicks.answer(click);
          }
        }),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (!failed) return;
      const waitMs = backoffMs(tries, times.backoff);
      if (tries === 1) log.warn({ err: failed.reason, waitMs }, 'the queue takes no updates: they wait at Telegram meanwhile');
      // What the queue has already, it takes no second time.
      await pause(waitMs, signal);
    }
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    let offset: number | null = null;
    telegramMetrics.polling(true);
    try {
      while (!signal.aborted) {
        try {
          if (state !== true) await refuseWebhook(options.api, signal);
          offset = await ask(offset, signal);
        } catch (error) {
          if (!signal.aborted) await fail(error, signal);
        }
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      telegramMetrics.polling(false);
    }
  };

  const loop = async (): Promise<void> => {
    await raceAbort(options.identified, stopping);
    while (!stopping.aborted) {
      // Whoever waits for its turn is ready: another process asks.
      state = true;
      await inTurn(
        { ...options, ...(options.times && { times: options.times }) },
        async (signal) => {
          state = false;
          await run(signal);
        },
        stopping,
      ).catch((error: unknown) => {
        if (!stopping.aborted) log.error({ err: error }, 'asking Telegram for updates ended, it begins again');
      });
    }
  };
  const done = loop()
    .catch(() => undefined)
    .then(async () => options.clicks.idle());
  return { check: () => state, done };
}

const otherPoller =
  'another program asks Telegram for this bot’s updates with the same token: end it, or give watchpost a bot of its own; meanwhile neither gets all of them';

/** Rejects where Telegram delivers to an address: asking would only fail, and removing the address might take somebody else’s updates. */
async function refuseWebhook(api: Pick<TelegramApi, 'getWebhookInfo'>, signal: AbortSignal): Promise<void> {
  const { url } = await raceAbort(api.getWebhookInfo(signalOf(signal)), signal);
  if (!url) return;
  const host = parseUrl(url)?.host ?? 'an address';
  throw new AppError(
    'chat-not-authorised',
    `Telegram delivers this bot’s updates to ${host}: set TELEGRAM_WEBHOOK_SECRET if that is us, or remove it with the Bot API’s deleteWebhook`,
  );
}

/** The updates of each chat in their order; each click by itself. */
function chatsOf<T extends z.infer<typeof numbered>>(updates: readonly T[]): T[][] {
  const chats = new Map<string, T[]>();
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
