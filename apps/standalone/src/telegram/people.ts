import type { ClickAnswer, Clicks } from './api/clicks.ts';
import type { UpdateKind, UpdateQueue } from './updates/queue.ts';
import type { Account, BotStatus, Chat, FileKind, Message, StoredFile } from './world/model.ts';
import { chatJson, messageJson, userJson } from './world/render.ts';
import { foundEntities, type NewMessage, nowS, type World } from './world/world.ts';

/** Somebody who uses Telegram. `chat`: the group or channel; without it their own chat with the bot. */
export interface TelegramPerson {
  id: number;
  name: string;
  write(text: string, options?: { chat?: number; replyTo?: number }): number;
  /** `forwardedFrom`: the channel that it was forwarded from. */
  sendPhoto(
    bytes: Uint8Array,
    options?: { chat?: number; caption?: string; group?: string; replyTo?: number; forwardedFrom?: number },
  ): number;
  /** `thumbnail`: the small picture that Telegram makes of it; of a PNG, JPEG, GIF or WebP it is made here. */
  sendFile(bytes: Uint8Array, options: SentFile): number;
  /** Presses the button with this label below a message. Throws if there is none. Resolves to what the bot answered the click with. */
  press(messageId: number, label: string | RegExp, options?: { chat?: number }): Promise<ClickAnswer>;
  edit(messageId: number, text: string, options?: { chat?: number }): void;
  remove(messageId: number, options?: { chat?: number }): void;
  block(): void;
  unblock(): void;
}

export interface PeopleOptions {
  world: World;
  queue: UpdateQueue;
  clicks: Clicks;
  /** Whether the bot sees of groups only commands, answers to itself, and what mentions it: BotFather's privacy mode. */
  privacy: boolean;
}

export interface People {
  person(account: Account): TelegramPerson;
  /** Posts as a channel. */
  post(channel: Chat, message: Pick<Message, 'text' | 'file'>): number;
  /** Says that the bot was let in, thrown out, blocked or unblocked. */
  botIs(chat: Chat, by: Account, status: BotStatus): void;
}

/** What people do, as updates for the bot. */
export function createPeople(options: PeopleOptions): People {
  const { world } = options;
  const botIs: People['botIs'] = (chat, by, status) => {
    const member = (is: BotStatus) => ({ user: userJson(world.bot), status: is });
    const [before, after] = [chat.botStatus, status].map((each) => member(each));
    chat.botStatus = status;
    world.changed();
    push(options, 'my_chat_member', chat, {
      chat: chatJson(chat),
      from: userJson(by),
      date: nowS(),
      old_chat_member: before,
      new_chat_member: after,
    });
  };
  return {
    botIs,
    post: (channel, content) => say(options, channel, { ...content, from: null }),
    person: (account) => personOf(options, account, botIs),
  };
}

const push = ({ queue }: PeopleOptions, kind: UpdateKind, chat: Chat, content: Record<string, unknown>): void =>
  queue.push(kind, `chat:${String(chat.id)}`, content);

const blank = { replyTo: null, groupId: null, forwardedFrom: null, markup: null, file: null };
type Said = Pick<Message, 'text' | 'from'> & Partial<Pick<NewMessage, 'file' | 'replyTo' | 'groupId' | 'forwardedFrom'>>;

/** Puts a message into a chat, and tells the bot where it may know. */
function say(options: PeopleOptions, chat: Chat, said: Said): number {
  const { world } = options;
  const message = world.add({ ...blank, ...said, chat: chat.id, entities: foundEntities(said.text) });
  if (isSeen(options, chat, message))
    push(options, chat.type === 'channel' ? 'channel_post' : 'message', chat, messageJson(world, message));
  return message.id;
}

/** A bot sees no other bots' messages, nothing where it is no member, and in privacy mode little of groups. */
function isSeen({ world, privacy }: PeopleOptions, chat: Chat, message: Message): boolean {
  const author = message.from === null ? null : world.accounts.get(message.from);
  if (author?.isBot || chat.botStatus === 'left' || chat.botStatus === 'kicked') return false;
  if (chat.type === 'private') return !author?.blocked;
  if (chat.type === 'channel' || !privacy || chat.botStatus === 'administrator') return true;
  return isForBot(world, chat, message);
}

function isForBot({ bot }: World, chat: Chat, { replyTo, text }: Message): boolean {
  const answersBot = replyTo !== null && chat.messages.get(replyTo)?.from === bot.id;
  return answersBot || text.startsWith('/') || text.includes(`@${bot.username ?? ''}`);
}

function personOf(options: PeopleOptions, account: Account, botIs: People['botIs']): TelegramPerson {
  const { world } = options;
  const chatOf = (id: number | undefined): Chat => {
    if (id === undefined) return world.privateChat(account);
    const chat = world.chats.get(id);
    if (!chat?.members.has(account.id)) throw new Error(`${account.name} is not in the chat ${String(id)}`);
    return chat.migratedTo === null ? chat : chatOf(chat.migratedTo);
  };
  const messageOf = (chat: Chat, id: number): Message => {
    const message = chat.messages.get(id);
    if (!message) throw new Error(`there is no message ${String(id)} in the chat ${String(chat.id)}`);
    return message;
  };
  const add = (chatId: number | undefined, said: Omit<Said, 'from'>): number => {
    const chat = chatOf(chatId);
    if (chat.type === 'private') {
      if (account.blocked) throw new Error(`${account.name} has blocked the bot`);
      account.started = true;
    }
    return say(options, chat, { ...said, from: account.id });
  };
  const sendFile = (file: StoredFile, said: SaidWithFile): number => {
    const { chat, caption = '', group = null, replyTo = null, forwardedFrom = null } = said;
    return add(chat, { text: caption, file, groupId: group, replyTo, forwardedFrom });
  };
  const setBlocked = (blocked: boolean): void => {
    account.blocked = blocked;
    botIs(world.privateChat(account), account, blocked ? 'kicked' : 'member');
  };
  return {
    id: account.id,
    name: account.name,
    write: (text, { chat, replyTo = null }: { chat?: number; replyTo?: number | null } = {}) => add(chat, { text, replyTo }),
    sendPhoto: (bytes, said = {}) => sendFile(world.files.add({ kind: 'photo', bytes, name: null, mimeType: 'image/jpeg' }), said),
    sendFile: (bytes, { name, mimeType, thumbnail = null, ...said }) =>
      sendFile(world.files.add({ kind: kindOf(mimeType), bytes, name, mimeType, thumbnail }), said),
    press: (messageId, label, { chat: id } = {}) => {
      const chat = chatOf(id);
      return press(options, account, chat, messageOf(chat, messageId), label);
    },
    edit: (messageId, text, { chat: id } = {}) => {
      const chat = chatOf(id);
      const message = messageOf(chat, messageId);
      const edited = { ...message, text, entities: foundEntities(text), editDateS: nowS(), edits: message.edits + 1 };
      world.replace(edited);
      const kind = chat.type === 'channel' ? 'edited_channel_post' : 'edited_message';
      if (isSeen(options, chat, edited)) push(options, kind, chat, messageJson(world, edited));
    },
    remove: (messageId, { chat: id } = {}) => {
      const chat = chatOf(id);
      world.remove(chat, messageOf(chat, messageId).id);
    },
    block: () => setBlocked(true),
    unblock: () => setBlocked(false),
  };
}

export interface SentFile extends SaidWithFile {
  name: string;
  mimeType: string;
  thumbnail?: Uint8Array;
}

interface SaidWithFile {
  chat?: number;
  caption?: string;
  group?: string;
  replyTo?: number;
  forwardedFrom?: number;
}

/** Telegram's clients send these so that they can be played. */
const kindOf = (mimeType: string): FileKind => (mimeType.startsWith('audio/') ? 'audio' : mimeType === 'video/mp4' ? 'video' : 'document');

async function press(
  { world, queue, clicks }: PeopleOptions,
  account: Account,
  chat: Chat,
  message: Message,
  label: string | RegExp,
): Promise<ClickAnswer> {
  const buttons = message.markup?.kind === 'inline' ? message.markup.rows.flat() : [];
  const button = buttons.find(({ text }) => (typeof label === 'string' ? text === label : label.test(text)));
  if (!button) {
    const there = buttons.map(({ text }) => text).join(', ');
    throw new Error(`there is no button ${String(label)} below message ${String(message.id)}, but: ${there || 'none'}`);
  }
  // A link only opens.
  if (button.data === null) return { text: null, alert: false };
  const { id, answered } = clicks.open();
  queue.push('callback_query', `clicks:${String(account.id)}`, {
    id,
    from: userJson(account),
    message: messageJson(world, message),
    chat_instance: String(chat.id * 7_919),
    data: button.data,
  });
  return answered;
}
