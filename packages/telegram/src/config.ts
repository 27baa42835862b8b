import { commaList } from '@watchpost/shared/config/parse-env';
import { parseUrl } from '@watchpost/shared/parse-url';
import { z } from 'zod';

/** A person's id, or that of a group or channel (which is negative). */
const chatIdSchema = z
  .string()
  .trim()
  .regex(/^-?[1-9]\d{0,15}$/, 'must be the number of a chat such as 123456789 or -1001234567890, not a name');

const memberIdSchema = z
  .string()
  .trim()
  .regex(/^[1-9]\d{0,15}$/, 'must be the number of a person such as 123456789, not a name');

/** Telegram's variables that ingest and worker both read. No token: this installation does not use Telegram. */
export const telegramEnv = {
  TELEGRAM_BOT_TOKEN: z
    .string()
    .trim()
    .regex(/^[1-9]\d{0,15}:[\w-]{20,}$/, 'must be a token as BotFather gives it: 123456789:AA…')
    .optional(),
  /** Of the Bot API, without a slash at its end. */
  TELEGRAM_API_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
    .refine((url) => !parseUrl(url)?.username && !parseUrl(url)?.password, 'must not contain a user name or password')
    .default('https://api.telegram.org')
    .transform((url) => url.replace(/\/+$/, '')),
  /** The chats that cameras post to. */
  READ_TELEGRAM_CHAT_ID: commaList.pipe(z.array(chatIdSchema)).optional(),
  /** The chat that results are posted to. */
  WRITE_TELEGRAM_CHAT_ID: chatIdSchema.optional(),
};

/** Telegram's variables that the worker reads. */
export const telegramWorkerEnv = {
  ...telegramEnv,
  /** Admins, beside those who were let in by a code. */
  TELEGRAM_ADMINS: commaList.pipe(z.array(memberIdSchema)).optional(),
  /** People and groups who may talk with us, beside those whom an admin let in. */
  TELEGRAM_ALLOWED: commaList.pipe(z.array(chatIdSchema)).optional(),
};

/** Telegram's variables that only ingest reads. */
export const telegramIntakeEnv = {
  /** Telegram sends it with each update. Not set: we ask Telegram for updates, and need no public address. */
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .trim()
    .regex(/^[\w-]{16,256}$/, 'must be 16 to 256 letters, digits, _ and -: `openssl rand -hex 32` makes one')
    .optional(),
  /** Where Telegram reaches us; we tell it so at the start. Not set: somebody has told it. */
  TELEGRAM_WEBHOOK_URL: z.url({ protocol: /^https?$/, error: 'must be an https:// URL' }).optional(),
};

interface TelegramVariables {
  TELEGRAM_BOT_TOKEN?: string | undefined;
  READ_TELEGRAM_CHAT_ID?: string[] | undefined;
  WRITE_TELEGRAM_CHAT_ID?: string | undefined;
}

/** What is missing of what is set. */
export function telegramFaults(config: TelegramVariables): string[] {
  const { TELEGRAM_BOT_TOKEN: token, READ_TELEGRAM_CHAT_ID: read, WRITE_TELEGRAM_CHAT_ID: write } = config;
  return [
    ...(!token && (read ?? write) ? ['TELEGRAM_BOT_TOKEN must be set: chats of Telegram are configured'] : []),
    ...(read && !write ? ['WRITE_TELEGRAM_CHAT_ID must be set: results of READ_TELEGRAM_CHAT_ID are posted there'] : []),
  ];
}

interface TelegramIntakeVariables extends TelegramVariables {
  TELEGRAM_WEBHOOK_SECRET?: string | undefined;
  TELEGRAM_WEBHOOK_URL?: string | undefined;
}

/** The same of ingest: whoever knows the address could send anything without a secret. */
export function telegramIntakeFaults(config: TelegramIntakeVariables): string[] {
  const { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = config;
  return [
    ...telegramFaults(config),
    ...(url && !secret ? ['TELEGRAM_WEBHOOK_SECRET must be set: Telegram is to deliver updates to TELEGRAM_WEBHOOK_URL'] : []),
  ];
}

/** The token; null: this installation does not use Telegram. */
export const telegramToken = ({ TELEGRAM_BOT_TOKEN }: TelegramVariables): string | null => TELEGRAM_BOT_TOKEN ?? null;
