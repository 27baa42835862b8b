import { channelId } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createTelegramApi, signalOf, type TelegramApi } from '@watchpost/telegram/api';
import { askWhoAmI } from '@watchpost/telegram/bot';
import { telegramChat } from '@watchpost/telegram/channel';
import { createCheck, readingFault } from '@watchpost/telegram/check';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';

type TelegramSettings = NonNullable<DoctorConfig['telegram']>;

const timeoutMs = 6_000;
/** So many updates that wait are more than a moment's. */
const manyUpdates = 100;
/** A delivery that failed is worth a word for so long, milliseconds. */
const freshMs = 3_600_000;

/** What Telegram says about the bot, about how updates reach us, and about the chats. */
export function telegramChecks(
  { telegram }: DoctorConfig,
  { log, now, part }: { log: Logger; now: () => number; part: 'all' | 'worker' },
): Check[] {
  const token = telegram?.TELEGRAM_BOT_TOKEN;
  if (!telegram || token === undefined) return [];
  const { TELEGRAM_API_URL: apiUrl, READ_TELEGRAM_CHAT_ID: read = [], WRITE_TELEGRAM_CHAT_ID: write } = telegram;
  const api = createTelegramApi({ token, apiUrl, timeoutMs });
  return [
    {
      id: 'telegram',
      repair: `look whether this machine reaches ${new URL(apiUrl).host}, and whether TELEGRAM_BOT_TOKEN is the one that @BotFather shows`,
      examine: async (report, signal) => {
        const bot = await askWhoAmI(api, signal);
        report.ok('telegram.token', `Telegram accepts the token: @${bot.username}`);
        if (part === 'all') await reportUpdates(report, api, telegram, { nowMs: now(), signal });
        for (const chat of read) {
          const fault = await readingFault(api, bot, telegramChat(chat), signal);
          if (fault === null) report.ok('telegram.chats', `the bot sees pictures in ${channelId(telegramChat(chat))}`);
          else report.fault('telegram.chats', `${chat}: ${fault}`, 'do as it says, then run the doctor again');
        }
        if (write !== undefined) await reportPosting(report, createCheck({ api, readChats: [], log }), write, signal);
      },
    },
  ];
}

async function reportPosting(report: Report, check: ReturnType<typeof createCheck>, chat: string, signal: AbortSignal): Promise<void> {
  const id = 'telegram.chats';
  try {
    await check({ channel: telegramChat(chat) }, signal);
    report.ok(id, `the bot may post in ${chat}`);
  } catch (error) {
    if (!(error instanceof AppError) || error.retry === 'transient' || error.code === 'aborted') throw error;
    report.fault(id, error.message, 'do as it says, then run the doctor again');
  }
}

interface Updates {
  /** Where Telegram delivers them; empty: it waits to be asked. */
  host: string;
  pending: number;
  /** When the last delivery failed, seconds since 1970; 0: never. */
  failedAtS: number;
  reason: string;
}

async function reportUpdates(
  report: Report,
  api: TelegramApi,
  settings: TelegramSettings,
  { nowMs, signal }: { nowMs: number; signal: AbortSignal },
): Promise<void> {
  const id = 'telegram.updates';
  const told = await api.getWebhookInfo(signalOf(signal));
  const updates: Updates = {
    host: told.url === undefined || told.url === '' ? '' : new URL(told.url).host,
    pending: told.pending_update_count,
    failedAtS: told.last_error_date ?? 0,
    reason: told.last_error_message ?? '',
  };
  const fault = wrongWay(updates, settings);
  if (fault) report.fault(id, ...fault);
  else report.ok(id, updates.host === '' ? 'ingest asks Telegram for updates' : `Telegram delivers updates to ${updates.host}`);
  const agoMs = nowMs - updates.failedAtS * 1_000;
  if (updates.host !== '' && agoMs < freshMs)
    report.warning(
      id,
      `Telegram could not deliver an update ${String(Math.round(agoMs / 60_000))} min ago: ${updates.reason}`,
      'look whether ingest runs, and what your proxy logs',
    );
  if (updates.pending >= manyUpdates)
    report.warning(
      id,
      `${String(updates.pending)} updates wait at Telegram`,
      'look whether ingest runs and takes them: its log, and /health/ready',
    );
}

/** Why no update reaches us, and what to do; null: nothing is in the way. */
function wrongWay(
  { host }: Updates,
  { TELEGRAM_WEBHOOK_SECRET: secret, TELEGRAM_WEBHOOK_URL: ours }: TelegramSettings,
): [says: string, repair: string] | null {
  if (secret === undefined)
    return host === ''
      ? null
      : [
          `Telegram delivers updates to ${host}, and ingest is to ask for them`,
          'set TELEGRAM_WEBHOOK_SECRET if that is us, or call deleteWebhook',
        ];
  if (host === '')
    return [
      'Telegram knows no address to deliver updates to',
      ours === undefined ? 'set TELEGRAM_WEBHOOK_URL, or call setWebhook' : 'start ingest, which tells Telegram',
    ];
  const wanted = ours === undefined ? host : new URL(ours).host;
  return wanted === host
    ? null
    : [
        `Telegram delivers updates to ${host}, and TELEGRAM_WEBHOOK_URL names ${wanted}`,
        'start ingest again, and no other program with this token',
      ];
}
