import type { Message } from 'grammy/types';
import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import type { ChatTalk, TalkFile, TalkMessage } from '@watchpost/shared/chat/talk';
import { AppError } from '@watchpost/shared/errors';
import { cleanText, cut } from '@watchpost/shared/text';
import { signalOf, type TelegramApi } from './api.ts';
import { chatNumber, messageAt, messageKey, replyTo } from './channel.ts';
import { isGone, isNoPhoto, isUnchanged, says } from './errors.ts';
import { inputFile } from './input-file.ts';
import type { Pace } from './pace.ts';
import { talkKeyboard } from './rendering/keyboard.ts';
import { limits, renderText } from './rendering/text.ts';

/** Telegram takes 50 MB of a file and 10 MB of a photo; a larger picture goes as a file. Bytes. */
const mostFileBytes = 50_000_000;
const mostPhotoBytes = 10_000_000;

/** Of the menu. */
const mostCommands = 100;
const descriptionLimit = { characters: 256, units: 256 };

export interface TelegramTalkOptions {
  api: TelegramApi;
  pace: Pace;
  /** The bot's name, without the @. */
  username: (signal: AbortSignal) => Promise<string>;
  configured: ChatTalk['configured'];
  homes: ChatTalk['homes'];
}

/** Conversations on Telegram. */
export function createTelegramTalk({ api, pace, username, configured, homes }: TelegramTalkOptions): ChatTalk {
  return {
    mostFileBytes,
    configured,
    homes,

    send: async ({ chat, replyTo: to }, message, signal) => {
      await pace.talk(chat, 'send', signal);
      const markup = markupOf(message, to !== null);
      const sent = await api.raw.sendMessage(
        {
          chat_id: chatNumber(chat),
          ...renderText(message.text, limits.message),
          link_preview_options: { is_disabled: true },
          ...replyTo(chat, to),
          ...(markup && { reply_markup: markup }),
        },
        signalOf(signal),
      );
      return messageKey(chat, sent);
    },

    edit: async ({ chat, messageId }, message, signal) => {
      const at = messageAt(chat, messageId);
      if (!at) return 'gone';
      await pace.talk(chat, 'edit', signal);
      const markup = { reply_markup: talkKeyboard(message.buttons) };
      const text = renderText(message.text, limits.message);
      const asText = () =>
        api.raw.editMessageText({ ...at, ...text, ...markup, link_preview_options: { is_disabled: true } }, signalOf(signal));
      const asCaption = () => {
        const { text: caption, entities } = renderText(message.text, limits.caption);
        return api.raw.editMessageCaption({ ...at, caption, caption_entities: entities, ...markup }, signalOf(signal));
      };
      return settled(() => asText().catch((error: unknown) => (isMedia(error) ? asCaption() : rethrow(error))));
    },

    remove: async ({ chat, messageId }, signal) => {
      const at = messageAt(chat, messageId);
      if (!at) return;
      await pace.talk(chat, 'edit', signal);
      await api.raw.deleteMessage(at, signalOf(signal)).catch((error: unknown) => {
        if (!isGone(error) && !isClosed(error)) throw error;
      });
    },

    sendFile: (to, file, caption, signal) => sendFile({ api, pace }, to, file, caption, signal),

    showMenu: async (commands, signal) => {
      const menu = commands.slice(0, mostCommands).map(({ name, description }) => ({
        command: name,
        description: cleanText(description, descriptionLimit) || name,
      }));
      await api.raw.setMyCommands({ commands: menu }, signalOf(signal));
    },

    invitation: async (code, signal) => `https://t.me/${await username(signal)}?start=${code}`,

    leave: async (chat, signal) => {
      await api.raw.leaveChat({ chat_id: chatNumber(chat) }, signalOf(signal)).catch((error: unknown) => {
        if (!isClosed(error)) throw error;
      });
    },
  };
}

const isClosed = (thrown: unknown): boolean => thrown instanceof AppError && thrown.code === 'chat-closed';

/** It has a picture, or a file: what it says is a caption. */
export const isMedia = (thrown: unknown): boolean => says(thrown, 'no text in the message to edit');

function rethrow(thrown: unknown): never {
  throw thrown;
}

/** What an edit came to. */
export async function settled(edit: () => Promise<unknown>): Promise<'edited' | 'gone'> {
  try {
    await edit();
    return 'edited';
  } catch (error) {
    if (isUnchanged(error)) return 'edited';
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** `isReply`: only whoever wrote that is asked; in a group nobody else's screen asks them for an answer. */
function markupOf({ buttons, ask }: TalkMessage, isReply: boolean) {
  if (ask)
    return {
      force_reply: true as const,
      input_field_placeholder: cut(ask.placeholder, { characters: 64, units: 64 }) || '…',
      selective: isReply,
    };
  return buttons.length > 0 ? talkKeyboard(buttons) : null;
}

async function sendFile(
  { api, pace }: Pick<TelegramTalkOptions, 'api' | 'pace'>,
  { chat, replyTo: to }: { chat: ChannelKey; replyTo: string | null },
  file: TalkFile,
  caption: RichText,
  signal: AbortSignal,
): Promise<string> {
  if (file.content.size > mostFileBytes) throw new AppError('file-too-large', `${file.content.size} bytes, at most ${mostFileBytes}`);
  await pace.talk(chat, 'send', signal);
  const said = caption.length === 0 ? null : renderText(caption, limits.caption);
  const common = {
    chat_id: chatNumber(chat),
    ...(said && { caption: said.text, caption_entities: said.entities }),
    ...replyTo(chat, to),
  };
  const asDocument = () => api.raw.sendDocument({ ...common, document: inputFile(file.content, file.fileName) }, signalOf(signal));
  try {
    return messageKey(chat, await (shownAs(api, common, file, signal) ?? asDocument()));
  } catch (error) {
    // A refusal is certain: nothing was sent, so this sends it once.
    if (file.as !== 'picture' || !isNoPhoto(error)) throw error;
    return messageKey(chat, await asDocument());
  }
}

/** Null: as a file. */
function shownAs(
  api: TelegramApi,
  common: { chat_id: number },
  { as, content, fileName, title, performer }: TalkFile,
  signal: AbortSignal,
): Promise<Message> | null {
  const input = () => inputFile(content, fileName);
  if (as === 'picture') return content.size > mostPhotoBytes ? null : api.raw.sendPhoto({ ...common, photo: input() }, signalOf(signal));
  if (as === 'audio') {
    const tags = { ...(title !== null && { title }), ...(performer !== null && { performer }) };
    return api.raw.sendAudio({ ...common, audio: input(), ...tags }, signalOf(signal));
  }
  if (as === 'video') return api.raw.sendVideo({ ...common, video: input(), supports_streaming: true }, signalOf(signal));
  return as === 'animation' ? api.raw.sendAnimation({ ...common, animation: input() }, signalOf(signal)) : null;
}
