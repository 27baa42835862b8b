import type { AnswerTo, ChatMembers } from '@watchpost/shared/chat/members';
import type { Post } from '@watchpost/shared/chat/post';
import type { ChatPosts } from '@watchpost/shared/chat/posts';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { section } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import { shownText } from '@watchpost/shared/text';
import { signalOf, type TelegramApi } from './api.ts';
import type { WhoAmI } from './bot.ts';
import { chatNumber, isPrivateChat, replyTo, telegramChat } from './channel.ts';
import { chatInfo, remembered } from './chat-info.ts';
import type { Pace } from './pace.ts';
import { createMayRead, type PermissionOptions } from './permissions.ts';
import { withNames, type MemberName } from './posting/names.ts';
import { withKeyboard } from './rendering/keyboard.ts';
import { renderPost } from './rendering/post.ts';
import { limits } from './rendering/text.ts';

/** Names change rarely; somebody whom Telegram does not know may write to us soon. Milliseconds. */
const [nameFreshMs, unknownFreshMs] = [3_600_000, 60_000];
const nameLimit = { characters: 64, units: 256 };

/** What people are called. */
export function createMemberName(api: TelegramApi): MemberName {
  const nameOf = remembered(
    async (member: string, signal): Promise<string | null> => {
      try {
        const { first_name: first, last_name: last } = await chatInfo(api, Number(member), signal);
        return shownText([first, last].filter((part) => part !== undefined).join(' '), nameLimit);
      } catch (error) {
        if (error instanceof AppError && error.retry !== 'transient') return null;
        throw error;
      }
    },
    (name) => (name === null ? unknownFreshMs : nameFreshMs),
  );
  return async (member, signal) => (/^[1-9]\d{0,15}$/.test(member) ? nameOf(member, signal) : null);
}

export interface TelegramMembersOptions extends PermissionOptions {
  pace: Pace;
  whoAmI: WhoAmI;
  nameOf: MemberName;
  posts: Pick<ChatPosts, 'send'>;
}

/** People who use Telegram. Rules do not apply there, so nobody manages them there. */
export function createTelegramMembers(options: TelegramMembersOptions): ChatMembers {
  const mayRead = createMayRead(options);
  const answer = createAnswer(options);
  return {
    mayRead,
    mayName: mayRead,
    mayAdminister: async () => Promise.resolve('no'),
    tell: (to, line, signal) => answer(to, linePost(line), signal),
    answer,
    message: (member, message, save, signal) => options.posts.send({ ...message, channel: telegramChat(member) }, save, signal),
    // Telegram has no such page.
    showHome: async () => Promise.resolve(),
    memberName: options.nameOf,
  };
}

const linePost = (line: RichText): Post => ({ summary: '', picture: null, sections: [section(line)], footer: [] });

/**
 * Answers somebody so that nobody else sees it: in their own chat with us. Whoever asked in a group and never wrote to us is told there how
 * to. What Telegram refuses is dropped: nobody waits for it.
 */
function createAnswer({ api, pace, whoAmI, nameOf }: TelegramMembersOptions) {
  const say = async (chat: number, post: Post, reply: string | null, signal: AbortSignal): Promise<boolean> => {
    const channel = telegramChat(chat);
    const { text, entities, keyboard } = renderPost(await withNames(post, nameOf, signal), limits.message);
    await pace.talk(channel, 'send', signal);
    try {
      const options = { link_preview_options: { is_disabled: true }, ...withKeyboard(keyboard), ...replyTo(channel, reply) };
      await api.raw.sendMessage({ chat_id: chat, text, entities, ...options }, signalOf(signal));
      return true;
    } catch (error) {
      if (error instanceof AppError && error.retry !== 'transient') return false;
      throw error;
    }
  };
  return async ({ member, channel, thread }: AnswerTo, post: Post, signal: AbortSignal): Promise<void> => {
    if (!/^[1-9]\d{0,15}$/.test(member)) return;
    const isHere = channel !== null && channel === telegramChat(member);
    if (await say(Number(member), post, isHere ? thread : null, signal)) return;
    if (channel === null || isPrivateChat(channel)) return;
    const { username } = await whoAmI(signal);
    const link = `https://t.me/${username}?start`;
    const line = [{ text: 'I answer in private only: ' }, { text: 'open a chat with me', link }, { text: ' and press Start.' }];
    await say(chatNumber(channel), linePost(line), thread, signal);
  };
}
