import type { ConfigOf } from '@watchpost/shared/config/parse-env';
import { createEnvelope } from '@watchpost/shared/envelope';
import { noTracer } from '@watchpost/shared/observability/tracing';
import { createTelegramApi, type TelegramApi } from '@watchpost/telegram/api';
import { telegramPrefix } from '@watchpost/telegram/channel';
import { telegramEnv, telegramIntakeEnv, telegramIntakeFaults, telegramToken } from '@watchpost/telegram/config';
import { captionEnv } from '../camera-caption.ts';
import type { Intake, IntakeDeps, IntakePlatform } from '../platform.ts';
import { traced } from '../traced.ts';
import { createClicks } from './clicks.ts';
import { botIdOf, lookUpIdentity } from './identity.ts';
import { followMovedChats } from './moved-chats.ts';
import { startPolling } from './polling/poll.ts';
import { registerTelegramRoute } from './route.ts';
import { createSharedOrder } from './shared-order.ts';
import { createTakeUpdate } from './take-update.ts';
import { createTelegramMetrics } from './telegram-metrics.ts';
import { startWebhook } from './webhook/webhook.ts';

/** For a call that Telegram answers at once; how long a question may stay open comes on top. Milliseconds. */
const timeoutMs = 10_000;

const env = { ...telegramEnv, ...telegramIntakeEnv, ...captionEnv };

/** Telegram's updates, over HTTP or by asking for them. Our name is looked up in the background, so that ingest starts while Telegram is unreachable. */
export const telegramIntake: IntakePlatform<typeof env> = {
  env,
  faults: telegramIntakeFaults,
  tokenOf: telegramToken,
  start: (config, deps, stopping) => {
    const token = telegramToken(config);
    if (token === null) return null;
    const api = createTelegramApi({ token, apiUrl: config.TELEGRAM_API_URL, timeoutMs, observe: deps.observe?.(telegramPrefix).call });
    return startTelegram(config, { token, api }, deps, stopping);
  },
};

function startTelegram(
  config: ConfigOf<typeof env>,
  { token, api }: { token: string; api: TelegramApi },
  deps: IntakeDeps,
  stopping: AbortSignal,
): Intake & { done: Promise<void> } {
  const { log, now, database } = deps;
  const telegramMetrics = createTelegramMetrics(deps.metrics, { polls: config.TELEGRAM_WEBHOOK_SECRET === undefined });
  const lookup = lookUpIdentity({ api, token, log }, stopping);
  const readChats = new Set(config.READ_TELEGRAM_CHAT_ID);
  const documents = database.isConfigured ? async (signal: AbortSignal) => (await database.opened(signal)).documents : null;
  const following = documents === null ? Promise.resolve() : followMovedChats({ documents, readChats, log }, stopping);
  const taken = createTakeUpdate({
    ...deps,
    ourselves: lookup.current,
    readChats,
    writeChat: config.WRITE_TELEGRAM_CHAT_ID ?? null,
    captionPattern: config.CAMERA_CAPTION_PATTERN,
    envelope: createEnvelope(deps.messageKeys, 'jobs'),
    lastJobs: documents && createSharedOrder({ documents, log, now }),
    telegramMetrics,
  });
  const takeUpdate = traced(deps.tracer ?? noTracer, 'telegram update', taken);
  const checks = { 'telegram-identity': lookup.check };
  const { TELEGRAM_WEBHOOK_SECRET: secret, TELEGRAM_WEBHOOK_URL: url = null } = config;
  if (secret !== undefined) {
    const webhook = startWebhook({ api, secret, url, telegramMetrics, log }, stopping);
    return {
      register: (app) => registerTelegramRoute(app, { secret, takeUpdate, telegramMetrics, log, now }),
      checks: { ...checks, 'telegram-webhook': webhook.check },
      done: Promise.all([lookup.done, webhook.done, following]).then(() => undefined),
    };
  }
  const polling = startPolling(
    {
      api,
      documents,
      bot: botIdOf(token),
      takeUpdate,
      clicks: createClicks({ api, telegramMetrics, log, now }),
      identified: lookup.done,
      telegramMetrics,
      log,
    },
    stopping,
  );
  return {
    register: () => undefined,
    checks: { ...checks, 'telegram-polling': polling.check },
    done: Promise.all([lookup.done, polling.done, following]).then(() => undefined),
  };
}
