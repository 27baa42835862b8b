import { AppError, toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { retry } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';
import { signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { updateKinds } from '../2-parse.ts';
import { webhookPath } from '../route.ts';
import type { TelegramMetrics } from '../telegram-metrics.ts';

export interface WebhookOptions {
  api: Pick<TelegramApi, 'setWebhook' | 'getWebhookInfo'>;
  secret: string;
  /** Where Telegram reaches us; null: somebody has told Telegram. */
  url: string | null;
  telegramMetrics: Pick<TelegramMetrics, 'pending'>;
  log: Logger;
  /** Between two looks at how delivery goes, milliseconds. */
  everyMs?: number;
}

export interface Webhook {
  /** For readiness: true unless nothing can arrive; a sentence says why. */
  check: () => boolean | string;
  /** Resolves when it no longer looks, after the signal has aborted. */
  done: Promise<void>;
}

/** Telegram delivers so many at a time, of different chats. */
const maxConnections = 40;

/** The address as Telegram is told: an origin alone is that of our route. Pure. */
export function webhookUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.pathname === '/') parsed.pathname = webhookPath;
  return parsed.href;
}

/** Tells Telegram where we are, and looks now and then whether it reaches us. Both in the background. */
export function startWebhook({ api, secret, url, telegramMetrics, log, everyMs = 60_000 }: WebhookOptions, stopping: AbortSignal): Webhook {
  const ours = url === null ? null : webhookUrl(url);
  let state: boolean | string = true;
  let lastErrorS = 0;

  const tell = async (): Promise<void> => {
    if (ours === null) return;
    const { host } = new URL(ours);
    await retry(
      async () =>
        api.setWebhook(ours, { secret_token: secret, allowed_updates: updateKinds, max_connections: maxConnections }, signalOf(stopping)),
      {
        backoff: { firstMs: 1_000, maxMs: 30_000 },
        onRetry: (error, { failures, waitMs }) => {
          const known = toAppError(error);
          state = `Telegram does not take our address (TELEGRAM_WEBHOOK_URL): ${known.message}`;
          log[failures === 1 ? 'error' : 'debug']({ err: error, waitMs }, 'Telegram does not take our address, retrying');
        },
      },
      stopping,
    );
    state = true;
    log.info({ host }, 'Telegram delivers updates to our address');
  };

  const look = async (): Promise<void> => {
    const info = await api.getWebhookInfo(signalOf(stopping));
    telegramMetrics.pending(info.pending_update_count);
    const trouble = whyNothingArrives(info.url ?? '', ours);
    if (trouble !== null && trouble !== state) log.error(trouble);
    state = trouble ?? true;
    const { last_error_date: errorS = 0, last_error_message: reason = '' } = info;
    if (errorS <= lastErrorS) return;
    lastErrorS = errorS;
    log.warn({ reason, atMs: errorS * 1_000, pending: info.pending_update_count }, 'Telegram could not deliver an update to our address');
  };

  const run = async (): Promise<void> => {
    await tell();
    for (;;) {
      await look().catch((error: unknown) => {
        if (stopping.aborted) throw new AppError('aborted', 'stopped before it was done');
        log.debug({ err: error }, 'Telegram does not say how delivery goes');
      });
      await pause(everyMs, stopping);
    }
  };
  return { check: () => state, done: run().catch(() => undefined) };
}

function whyNothingArrives(told: string, ours: string | null): string | null {
  if (told === '') return 'Telegram knows no address of ours: set TELEGRAM_WEBHOOK_URL, or call the Bot API’s setWebhook with the secret';
  if (ours !== null && told !== ours) {
    return 'Telegram delivers this bot’s updates to another address: somebody else has called setWebhook; restart watchpost to take them back';
  }
  return null;
}
