import { z } from 'zod';
import type { Chat, Message } from '../world/model.ts';
import { messageJson } from '../world/render.ts';
import { nowS, type World } from '../world/world.ts';
import { badRequest } from './api-error.ts';
import { type Call, fields, json, type Method, whole } from './call.ts';
import { captionOf, markupOf, openChat, textOf } from './content.ts';
import { fileOf } from './sending.ts';

const targetSchema = z.looseObject({ message_id: whole });

function editable(call: Call, world: World): Message {
  const chat = openChat(call, world);
  const { message_id: id } = fields(call, targetSchema);
  const message = chat.messages.get(id);
  if (!message) throw badRequest('message to edit not found');
  const own = message.from === world.bot.id || (chat.type === 'channel' && message.from === null);
  // A keyboard or a question below it makes a message that nobody edits.
  if (!own || (message.markup !== null && message.markup.kind !== 'inline')) throw badRequest("message can't be edited");
  return message;
}

/** Puts a new version in place of a message; one that says the same is refused, as Telegram does. */
function edit(call: Call, world: World, message: Message, change: Partial<Message>): unknown {
  const markup = markupOf(call) ?? null;
  if (markup !== null && markup.kind !== 'inline') throw badRequest('inline keyboard expected');
  const next = { ...message, ...change, markup };
  const shown = ({ text, entities, file, markup }: Message): string => JSON.stringify([text, entities, file?.uniqueId, markup]);
  if (shown(next) === shown(message))
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    );
  const replaced: Message = { ...next, editDateS: nowS(), edits: message.edits + 1 };
  world.replace(replaced);
  return messageJson(world, replaced);
}

const editMessageText: Method = (call, world) => {
  const message = editable(call, world);
  if (message.file) throw badRequest('there is no text in the message to edit');
  return edit(call, world, message, textOf(call));
};

const editMessageCaption: Method = (call, world) => {
  const message = editable(call, world);
  if (!message.file) throw badRequest('there is no caption in the message to edit');
  return edit(call, world, message, captionOf(call));
};

const mediaSchema = z.looseObject({
  media: json(z.looseObject({ type: z.enum(['photo', 'video', 'document', 'audio', 'animation']), media: z.string() })),
});

const editMessageMedia: Method = (call, world) => {
  const message = editable(call, world);
  const { media } = fields(call, mediaSchema);
  const words = captionOf({ ...call, values: media });
  const file = fileOf(call, world, media.type, media.media, { name: '', title: null, performer: null });
  return edit(call, world, message, { ...words, file });
};

const editMessageReplyMarkup: Method = (call, world) => edit(call, world, editable(call, world), {});

/** Messages older than this cannot be deleted, seconds. */
const deletableS = 48 * 3_600;

function remove(world: World, chat: Chat, id: number): boolean {
  const message = chat.messages.get(id);
  if (!message) return false;
  const own = message.from === world.bot.id;
  const may = own || chat.type === 'private' || chat.botStatus === 'administrator';
  if (!may || (chat.type !== 'channel' && nowS() - message.dateS > deletableS)) throw badRequest("message can't be deleted");
  return world.remove(chat, id);
}

const deleteMessage: Method = (call, world) => {
  const chat = openChat(call, world);
  if (!remove(world, chat, fields(call, targetSchema).message_id)) throw badRequest('message to delete not found');
  return true;
};

const deleteMessages: Method = (call, world) => {
  const chat = openChat(call, world);
  const { message_ids: ids } = fields(call, z.looseObject({ message_ids: json(z.array(whole).min(1).max(100)) }));
  for (const id of ids) remove(world, chat, id);
  return true;
};

/** Methods that change or delete what was sent. */
export const editing: Record<string, Method> = {
  editMessageText,
  editMessageCaption,
  editMessageMedia,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
};
