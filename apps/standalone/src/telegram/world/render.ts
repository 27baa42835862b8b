import { fileJson } from './files.ts';
import type { Account, Chat, Json, Markup, Message } from './model.ts';
import type { World } from './world.ts';

/** A person or bot as the Bot API shows them. */
export const userJson = ({ id, isBot, name, username }: Account): Json => ({
  id,
  is_bot: isBot,
  first_name: name,
  ...(username !== null && { username }),
  ...(!isBot && { language_code: 'en' }),
});

/** A chat as the Bot API shows it. */
export const chatJson = ({ id, type, title }: Chat): Json => ({ id, type, ...(type === 'private' ? { first_name: title } : { title }) });

/** Only inline buttons are shown with a message. */
export function markupJson(markup: Markup | null): Json {
  if (markup?.kind !== 'inline') return {};
  const rows = markup.rows.map((row) =>
    row.map(({ text, data, url }) => ({ text, ...(data !== null && { callback_data: data }), ...(url !== null && { url }) })),
  );
  return { reply_markup: { inline_keyboard: rows } };
}

/** A message as the Bot API shows it; the message that it answers is shown one level deep. */
export function messageJson(world: World, message: Message, deep = true): Json {
  const chat = world.chats.get(message.chat);
  if (!chat) return {};
  const from = message.from === null ? undefined : world.accounts.get(message.from);
  const answered = deep && message.replyTo !== null ? chat.messages.get(message.replyTo) : undefined;
  const origin = message.forwardedFrom === null ? undefined : world.chats.get(message.forwardedFrom);
  const { text, entities, file } = message;
  const words = file ? { caption: text, caption_entities: entities } : { text, entities };
  return {
    message_id: message.id,
    ...(from ? { from: userJson(from) } : { sender_chat: chatJson(chat) }),
    chat: chatJson(chat),
    date: message.dateS,
    ...(message.editDateS !== null && { edit_date: message.editDateS }),
    ...(origin && { forward_origin: { type: 'channel', chat: chatJson(origin), message_id: 1, date: message.dateS } }),
    ...(answered && { reply_to_message: messageJson(world, answered, false) }),
    ...(message.groupId !== null && { media_group_id: message.groupId }),
    ...(file && fileJson(file)),
    ...Object.fromEntries(Object.entries(words).filter(([, value]) => value.length > 0)),
    ...markupJson(message.markup),
  };
}
