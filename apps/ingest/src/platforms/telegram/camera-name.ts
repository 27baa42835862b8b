import { cameraName } from '@watchpost/shared/jobs/snapshot-job';
import { nameInCaption } from '../camera-caption.ts';
import type { TelegramChat, TelegramPost } from './2-parse.ts';

/** The camera that a caption names, the pattern's group; else null. Markup is no part of a text on Telegram. Pure. */
export const cameraInCaption = (caption: string, pattern: RegExp): string | null => nameInCaption(caption, pattern, (text) => text);

/**
 * The camera of a picture that neither caption nor settings name: the channel or the bot that it was forwarded from, the bot that sent it, or
 * the channel that it was posted in. People and groups are no cameras; null. Pure.
 */
export function cameraFromSender({ chat, from, postedAs, origin }: TelegramPost): string | null {
  const source = origin?.chat ?? origin?.sender_chat;
  if (source) return nameOfChat(source);
  if (origin) return origin.sender_user?.is_bot ? nameOf(origin.sender_user.first_name) : null;
  if (postedAs?.type === 'channel') return nameOfChat(postedAs);
  if (chat.type === 'channel') return nameOfChat(chat);
  return from?.is_bot && !postedAs ? nameOf(from.first_name) : null;
}

const nameOfChat = ({ type, title }: TelegramChat): string | null => (type === 'channel' ? nameOf(title) : null);

const nameOf = (text: string | null | undefined): string | null => (text ? cameraName(text) : null);
