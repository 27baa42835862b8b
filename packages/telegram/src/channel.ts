import { channelId, type ChannelKey } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';

export const telegramPrefix = 'telegram';

/** The key of a chat, or of a person's chat with us: both have the same number. */
export const telegramChat = (id: number | string): ChannelKey => `${telegramPrefix}:${id}`;

/** The number of a chat. Throws `job-invalid` if it is none of Telegram's. */
export function chatNumber(channel: ChannelKey): number {
  const id = channelId(channel);
  if (/^-?[1-9]\d{0,15}$/.test(id)) return Number(id);
  throw new AppError('job-invalid', 'a chat of Telegram is known by its number');
}

/** Whether only a person and we are in a chat: groups and channels have negative numbers. */
export const isPrivateChat = (channel: ChannelKey): boolean => !channelId(channel).startsWith('-');

/** A message as we know it: by its number, and by that of its chat where the group has got another one since. */
export const messageKey = (channel: ChannelKey, sent: { chat: { id: number }; message_id: number }): string =>
  sent.chat.id === chatNumber(channel) ? String(sent.message_id) : `${sent.chat.id}/${sent.message_id}`;

/** What `messageKey` wrote, as Telegram takes it; null: it is no message of Telegram's. */
export function messageAt(channel: ChannelKey, key: string): { chat_id: number; message_id: number } | null {
  const [, chat, message] = /^(?:(-?\d{1,16})\/)?(\d{1,16})$/.exec(key) ?? [];
  if (message === undefined) return null;
  return { chat_id: chat === undefined ? chatNumber(channel) : Number(chat), message_id: Number(message) };
}

/** An answer to a message; one that is gone is no error. Null: to none. */
export function replyTo(
  channel: ChannelKey,
  key: string | null,
): { reply_parameters?: { message_id: number; allow_sending_without_reply: true } } {
  const at = key === null ? null : messageAt(channel, key);
  return at ? { reply_parameters: { message_id: at.message_id, allow_sending_without_reply: true } } : {};
}
