import type { ChannelKey, ChatPlatform } from '@watchpost/shared/chat/chat';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { TelegramApi } from './api.ts';
import { askWhoAmI, type Bot } from './bot.ts';
import { chatNumber, isPrivateChat } from './channel.ts';
import { chatInfo, isIn, membershipOf, type ChatInfo, type Membership } from './chat-info.ts';

export interface CheckOptions {
  api: TelegramApi;
  /** The chats that cameras post to. */
  readChats: readonly ChannelKey[];
  log: Logger;
}

/**
 * Asks Telegram whether it accepts the token and, to post, whether the bot may do so there. Rejects with `chat-not-authorised` or
 * `channel-not-available`, each with the repair, or as the calls do. A chat of cameras that we do not see holds up no other: the log says
 * so, once.
 */
export function createCheck({ api, readChats, log }: CheckOptions): ChatPlatform['check'] {
  const seen = new Set<ChannelKey>();
  return async (use, signal) => {
    const bot = await askWhoAmI(api, signal);
    if ('channel' in use) {
      await checkPosting(api, bot, use.channel, signal);
      return;
    }
    for (const chat of readChats.filter((each) => !seen.has(each))) {
      const fault = await readingFault(api, bot, chat, signal);
      seen.add(chat);
      if (fault !== null) log.warn({ channel: chat }, fault);
    }
  };
}

/** Both refusals are about the chat: the token has just been accepted. */
const aboutChat = (thrown: unknown): thrown is AppError =>
  thrown instanceof AppError && ['chat-closed', 'channel-not-available', 'chat-refused', 'chat-not-authorised'].includes(thrown.code);

/** Why a camera's pictures there do not reach us, with the repair; null: nothing is known that is in the way. */
export async function readingFault(api: TelegramApi, bot: Bot, channel: ChannelKey, signal: AbortSignal): Promise<string | null> {
  if (isPrivateChat(channel)) return null;
  try {
    const membership = await membershipOf(api, chatNumber(channel), bot.id, signal);
    if (!isIn(membership)) return `the bot is not in the chat that READ_TELEGRAM_CHAT_ID names: add @${bot.username} there`;
    if (membership.status === 'administrator' || bot.can_read_all_group_messages === true) return null;
    return `the bot sees a group’s pictures only if it is an admin there, or has its privacy mode off: make @${bot.username} an admin, or send /setprivacy to @BotFather and add the bot again`;
  } catch (error) {
    if (aboutChat(error))
      return `the chat that READ_TELEGRAM_CHAT_ID names is not there for the bot (${error.message}): add @${bot.username}, or check the number`;
    throw error;
  }
}

async function checkPosting(api: TelegramApi, bot: Bot, channel: ChannelKey, signal: AbortSignal): Promise<void> {
  const repair = `add @${bot.username} to it, or check WRITE_TELEGRAM_CHAT_ID`;
  const wanting = (why: string, cause?: unknown) => new AppError('channel-not-available', `the results chat ${channel} ${why}`, { cause });
  try {
    const chat = await chatInfo(api, chatNumber(channel), signal);
    if (chat.type === 'private') return;
    const membership = await membershipOf(api, chat.id, bot.id, signal);
    if (!isIn(membership)) throw wanting(`has no such member as the bot: ${repair}`);
    const why = whySilent(chat, membership);
    if (why !== null) throw wanting(`${why}: let @${bot.username} post there`);
  } catch (error) {
    if (!aboutChat(error) || error.message.startsWith('the results chat')) throw error;
    const hint = isPrivateChat(channel) ? 'this person must open a chat with the bot and press Start' : repair;
    throw wanting(`is not there for the bot (${error.message}): ${hint}`, error);
  }
}

/** Why the bot may not post; null: nothing is known that is in the way. */
function whySilent({ type, permissions }: ChatInfo, membership: Membership): string | null {
  const { status } = membership;
  if (type === 'channel') {
    if (status !== 'administrator') return 'is a channel, where only admins post';
    return membership.can_post_messages === false ? 'is a channel where the bot may not post messages' : null;
  }
  if (status === 'administrator' || status === 'creator') return null;
  const may = status === 'restricted' ? membership : permissions;
  if (may?.can_send_messages === false) return 'does not let the bot write';
  return may?.can_send_photos === false ? 'does not let the bot send photos' : null;
}
