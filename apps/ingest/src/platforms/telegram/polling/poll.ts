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
import { numbered, queueBatch } from './queue-batch.ts';
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

  /** Resolves to whether another process asks, or another program. */
  const fail = async (thrown: unknown, signal: AbortSignal): Promise<boolean> => {
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
    return isConflict;
  };

  const ask = async (offset: number | null, signal: AbortSignal): Promise<number | null> => {
    // The first question is answered at once, so that we know whether it works.
    const timeout = state === true ? pollSeconds : 0;
    const batch = await raceAbort(
      options.api.getUpdates(
        { ...(offset !== null && { offset }), limit: mostUpdates, timeout, allowed_updates: updateKinds },
        signalOf(signal),
      ),
      signal,
    );
    [state, failures, lastTold] = [true, 0, ''];
    const updates = z.array(numbered).parse(batch);
    // All before is confirmed now, so no number is needed. After a silent week the next one may be any, also a lower one.
    if (updates.length === 0) return null;
    await queueBatch(updates, { ...options, ...times }, signal);
    return Math.max(...updates.map(({ update_id: id }) => id)) + 1;
  };

  const run = async (signal: AbortSignal, isAlone: boolean): Promise<void> => {
    const mayLearn = options.documents !== null && !isAlone;
    let offset: number | null = null;
    telegramMetrics.polling(true);
    try {
      while (!signal.aborted) {
        try {
          if (state !== true) await refuseWebhook(options.api, signal);
          offset = await ask(offset, signal);
        } catch (error) {
          // It may be one of ours: the database may say so by now.
          if (!signal.aborted && (await fail(error, signal)) && mayLearn) return;
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
        async (signal, isAlone) => {
          state = false;
          await run(signal, isAlone);
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
    `Telegram delivers this bot’s updates to ${host}: set TELEGRAM_WEBHOOK_SECRET if that is us, or open https://api.telegram.org/bot<TOKEN>/deleteWebhook to end that`,
  );
}
