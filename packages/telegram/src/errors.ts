import { redactSecrets } from '@watchpost/shared/observability/logger';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';

/** What the Bot API says about a call that it did not do. */
export interface TelegramRefusal {
  error_code: number;
  description: string;
  parameters?: { retry_after?: number | undefined; migrate_to_chat_id?: number | undefined } | undefined;
}

/** Where Telegram does not say how long. Milliseconds. */
const unknownMs = 5_000;
/** After this long it does no harm to ask again, whatever Telegram says. Milliseconds. */
const longestMs = 15 * 60_000;

/**
 * What Telegram's descriptions hold, by our code; the first that fits counts. They are no contract, so parts of them are looked for, in
 * lower case. Whatever is not listed is our own mistake: `chat-refused`.
 */
const phrases: [ErrorCode, string[]][] = [
  // A file that may be had in a moment: Telegram says so too where its own servers failed.
  ['chat-unavailable', ['temporarily unavailable', 'internal server error', 'gateway']],
  ['file-too-large', ['file is too big', 'request entity too large']],
  ['file-gone', ['invalid file_id', 'wrong remote file', 'wrong file identifier', 'file reference expired']],
  // This chat takes nothing from us any more, or never did.
  [
    'chat-closed',
    [
      'blocked by the user',
      'was kicked',
      'not a member',
      'user is deactivated',
      'initiate conversation',
      'send messages to bots',
      'chat was deactivated',
      'chat not found',
      'user not found',
      'peer_id_invalid',
      'user_id_invalid',
      'chat_id is empty',
      'input_user_deactivated',
    ],
  ],
  // A person must see to what we may do there.
  [
    'channel-not-available',
    [
      'have no rights',
      'not enough rights',
      'have no write access',
      'write_forbidden',
      'chat_send_',
      'chat_admin_required',
      'user_banned_in_channel',
      'need administrator rights',
      'administrator rights in the channel',
      'chat_restricted',
      'topic_closed',
      'upgraded to a supergroup',
    ],
  ],
];

/** A failed call as an AppError: `sendMessage: Bad Request: chat not found`. Never with what was sent. */
export function fromRefusal(method: string, { error_code: code, description, parameters }: TelegramRefusal): AppError {
  const words = redactSecrets(description).slice(0, 200);
  const said = words.toLowerCase();
  const message = `${method}: ${words}`;
  if (code === 429) return new AppError('chat-rate-limited', message, { retryAfterMs: waitOf(parameters?.retry_after) });
  if (code === 401 || code === 404)
    return new AppError('chat-not-authorised', `${message}: check TELEGRAM_BOT_TOKEN (and TELEGRAM_API_URL, where it is set)`);
  // Somebody else asks for the same updates: until they stop.
  if (code >= 500 || code === 409) return new AppError('chat-unavailable', message);
  const moved = parameters?.migrate_to_chat_id;
  if (moved !== undefined)
    return new AppError('channel-not-available', `${message}: it is now ${String(moved)}, set this number where the old one is configured`);
  const known = phrases.find(([, parts]) => parts.some((part) => said.includes(part)))?.[0];
  if (known) return new AppError(known, message);
  if (code === 413) return new AppError('file-too-large', message);
  return new AppError(code === 403 ? 'chat-closed' : 'chat-refused', message);
}

const waitOf = (seconds: number | undefined): number =>
  seconds === undefined || !Number.isFinite(seconds) ? unknownMs : Math.min(Math.max(seconds, 1) * 1_000, longestMs);

/** Whether an error is Telegram's, and says one of these, in lower case. */
export const says = (thrown: unknown, ...parts: readonly string[]): boolean =>
  thrown instanceof AppError && parts.some((part) => thrown.message.toLowerCase().includes(part));

/** Whether Telegram has certainly not done what it was asked for. Without that it may have, or may still do it. */
export function isRefusal(thrown: unknown): thrown is AppError {
  return thrown instanceof AppError && (thrown.retry !== 'transient' || thrown.code === 'chat-rate-limited');
}

/** The message is what it was asked to become. */
export const isUnchanged = (thrown: unknown): boolean => says(thrown, 'message is not modified');

/** The message is gone, or is no more one that we can change. */
export const isGone = (thrown: unknown): boolean =>
  says(
    thrown,
    'to edit not found',
    'to delete not found',
    "can't be edited",
    "can't be deleted",
    'message_id_invalid',
    'upgraded to a supergroup',
  );

/** Telegram takes these bytes as no photo; as a file it does. */
export const isNoPhoto = (thrown: unknown): boolean =>
  says(thrown, 'photo_', 'too big for a photo', 'image_process_failed', 'image process failed', 'wrong type of the web page content') ||
  (thrown instanceof AppError && thrown.code === 'file-too-large');
