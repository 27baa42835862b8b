import { z } from 'zod';
import type { Chat, Entity, Markup } from '../world/model.ts';
import type { World } from '../world/world.ts';
import { ApiError, badRequest, forbidden } from './api-error.ts';
import { type Call, fields, flag, json, whole } from './call.ts';

/** The chat that a call names and that the bot may write to. */
export function openChat(call: Call, world: World): Chat {
  const chat = namedChat(call, world);
  if (chat.migratedTo !== null)
    throw new ApiError(400, 'Bad Request: group chat was upgraded to a supergroup chat', { migrate_to_chat_id: chat.migratedTo });
  if (chat.type === 'private') return openPrivate(chat, world);
  if (chat.botStatus === 'kicked') throw forbidden(`bot was kicked from the ${chat.type} chat`);
  if (chat.botStatus === 'left') throw forbidden(`bot is not a member of the ${chat.type} chat`);
  return chat;
}

function openPrivate(chat: Chat, world: World): Chat {
  const person = world.accounts.get(chat.id);
  if (person?.blocked) throw forbidden('bot was blocked by the user');
  if (!person?.started) throw forbidden("bot can't initiate conversation with a user");
  return chat;
}

/** The chat that a call names. */
export function namedChat({ values }: Call, world: World): Chat {
  const id = values['chat_id'];
  if (id === undefined || id === '') throw badRequest('chat_id is empty');
  const account = world.accounts.get(Number(id));
  if (account?.isBot) throw forbidden("bot can't send messages to bots");
  const chat = account ? world.privateChat(account) : world.chats.get(Number(id));
  if (!chat) throw badRequest('chat not found');
  return chat;
}

const entitySchema = z.looseObject({
  type: z.string(),
  offset: whole,
  length: whole,
  url: z.string().optional(),
  language: z.string().optional(),
  unix_time: z.number().optional(),
  date_time_format: z.string().optional(),
});

export const contentSchema = z.looseObject({
  text: z.coerce.string().default(''),
  caption: z.coerce.string().default(''),
  parse_mode: z.string().optional(),
  entities: json(z.array(entitySchema)).default([]),
  caption_entities: json(z.array(entitySchema)).default([]),
});

export interface Words {
  text: string;
  entities: readonly Entity[];
}

/** Most characters of a text and of a caption, after its marks are taken out. */
const mostText = 4_096;
const mostCaption = 1_024;

/** Telegram counts code points. */
const charactersOf = (text: string): number => Array.from(text).length;

/** A text, checked and trimmed. */
export function textOf(call: Call): Words {
  const { text, entities, parse_mode: mode } = fields(call, contentSchema);
  const words = checked(text, entities, mode);
  if (words.text === '') throw badRequest('message text is empty');
  if (charactersOf(words.text) > mostText) throw badRequest('message is too long');
  return words;
}

/** A caption, which may be empty. */
export function captionOf(call: Call): Words {
  const { caption, caption_entities: entities, parse_mode: mode } = fields(call, contentSchema);
  const words = checked(caption, entities, mode);
  if (charactersOf(words.text) > mostCaption) throw badRequest('message caption is too long');
  return words;
}

/** Refuses marks that are not within the text or that cut a character in two, and takes the space around the text away. */
function checked(text: string, entities: readonly Entity[], mode: string | undefined): Words {
  // Ours sends marks beside the text, which need no escaping.
  if (mode) throw badRequest(`unsupported parse_mode`);
  for (const { offset, length } of entities) {
    if (offset < 0 || length <= 0 || offset + length > text.length) throw badRequest('ENTITY_BOUNDS_INVALID');
    if (cutsCharacter(text, offset)) throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${String(offset)}`);
    if (cutsCharacter(text, offset + length))
      throw badRequest(`entity beginning at UTF-16 offset ${String(offset)} ends in a middle of a UTF-16 symbol`);
  }
  const trimmed = text.trim();
  const before = text.length - text.trimStart().length;
  const kept = entities.map((entity) => {
    const offset = Math.max(0, entity.offset - before);
    return { ...entity, offset, length: Math.min(entity.offset + entity.length - before, trimmed.length) - offset };
  });
  return { text: trimmed, entities: kept.filter(({ length }) => length > 0) };
}

const cutsCharacter = (text: string, at: number): boolean =>
  /[\uD800-\uDBFF]/.test(text.charAt(at - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(at));

const buttonSchema = z.looseObject({
  text: z.string(),
  callback_data: z.string().optional(),
  url: z.string().optional(),
});
const markupSchema = z.looseObject({
  inline_keyboard: z.array(z.array(buttonSchema)).optional(),
  force_reply: flag.optional(),
  input_field_placeholder: z.string().optional(),
});

/** What a call wants below its message; undefined: it says nothing about that. */
export function markupOf(call: Call): Markup | null | undefined {
  const { reply_markup: given } = fields(call, z.looseObject({ reply_markup: json(markupSchema).optional() }));
  if (!given) return undefined;
  const { inline_keyboard: rows, force_reply: asks, input_field_placeholder: placeholder } = given;
  if (rows) {
    const filled = rows.filter((row) => row.length > 0).map((row) => row.map(button));
    return filled.length > 0 ? { kind: 'inline', rows: filled } : null;
  }
  if (!asks) return { kind: 'keyboard' };
  if ((placeholder ?? '').length > 64) throw badRequest('REPLY_MARKUP_PLACEHOLDER_INVALID');
  return { kind: 'force-reply', placeholder: placeholder ?? null };
}

function button({ text, callback_data: data, url }: z.output<typeof buttonSchema>): {
  text: string;
  data: string | null;
  url: string | null;
} {
  if (text.trim() === '') throw badRequest('inline keyboard button text must be non-empty');
  if (data === undefined && url === undefined) throw badRequest('text buttons are unallowed in the inline keyboard');
  if (data !== undefined && (data === '' || Buffer.byteLength(data) > 64)) throw badRequest('BUTTON_DATA_INVALID');
  if (url !== undefined && !/^(?:https?:\/\/)?[^\s/]+\.[^\s/]+|^tg:\/\//.test(url))
    throw badRequest(`inline keyboard button URL '${url}' is invalid: Wrong HTTP URL`);
  return { text, data: data ?? null, url: url ?? null };
}

const replySchema = z.looseObject({
  reply_parameters: json(z.looseObject({ message_id: whole, allow_sending_without_reply: flag.optional() })).optional(),
});

/** The message that a call answers; null: none, or one that is gone and need not be there. */
export function answeredOf(call: Call, chat: Chat): number | null {
  const { reply_parameters: reply } = fields(call, replySchema);
  if (!reply) return null;
  if (chat.messages.has(reply.message_id)) return reply.message_id;
  if (reply.allow_sending_without_reply) return null;
  throw badRequest('message to be replied not found');
}
