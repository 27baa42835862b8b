import { createFiles, type Files } from './files.ts';
import type { Account, Chat, ChatType, Entity, Message, StoredFile } from './model.ts';

/** A message before it has an id. */
export type NewMessage = Omit<Message, 'id' | 'dateS' | 'editDateS' | 'edits'>;

/** People, chats and what was said in them. */
export interface World {
  bot: Account;
  files: Files;
  accounts: ReadonlyMap<number, Account>;
  chats: ReadonlyMap<number, Chat>;
  /** The person with this name, who is made where nobody has it. */
  account(name: string, isBot?: boolean): Account;
  /** What somebody says to the bot in private. */
  privateChat(account: Account): Chat;
  createChat(type: 'group' | 'channel', title: string, members: readonly number[]): Chat;
  /** Turns a group into a supergroup, which has another id. */
  migrate(chat: Chat): Chat;
  add(message: NewMessage): Message;
  replace(message: Message): void;
  remove(chat: Chat, messageId: number): boolean;
  /** Calls back after each change; returns how to stop that. */
  onChange(listener: () => void): () => void;
  changed(): void;
}

export const nowS = (): number => Math.floor(Date.now() / 1_000);

export interface WorldOptions {
  bot: { id: number; name: string; username: string };
  /** Of messages. */
  firstId: number;
  /** So many messages of a chat are kept, the newest. */
  keepMessages: number;
}

export function createWorld({ bot, firstId, keepMessages }: WorldOptions): World {
  const me: Account = { id: bot.id, isBot: true, name: bot.name, username: bot.username, started: true, blocked: false };
  const accounts = new Map<number, Account>([[me.id, me]]);
  const chats = new Map<number, Chat>();
  const listeners = new Set<() => void>();
  // Private chats and small groups count their messages together, a supergroup and a channel each its own: as Telegram does.
  const shared = { last: firstId - 1 };
  const counters = new Map<number, { last: number }>();
  let nextId = 700_000_001;
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const createChat = (id: number, type: ChatType, title: string, members: readonly number[]): Chat => {
    const botStatus = type === 'channel' ? 'administrator' : 'member';
    const chat: Chat = { id, type, title, members: new Set(members), botStatus, migratedTo: null, messages: new Map(), action: null };
    chats.set(id, chat);
    counters.set(id, type === 'private' || type === 'group' ? shared : { last: firstId - 1 });
    changed();
    return chat;
  };
  const files = createFiles();
  // A bot may send the same file again.
  const isShown = (file: StoredFile): boolean =>
    [...chats.values()].some(({ messages }) => [...messages.values()].some((message) => message.file === file));
  const forget = ({ messages }: Chat): void => {
    for (const { id, file } of messages.values()) {
      if (messages.size <= keepMessages) return;
      messages.delete(id);
      if (file && !isShown(file)) files.remove(file);
    }
  };
  return {
    bot: me,
    files,
    accounts,
    chats,
    account: (name, isBot = false) => {
      const known = [...accounts.values()].find((each) => each.name === name && each.id !== me.id);
      if (known) return known;
      const account: Account = { id: nextId++, isBot, name, username: null, started: false, blocked: false };
      accounts.set(account.id, account);
      return account;
    },
    privateChat: ({ id, name }) => chats.get(id) ?? createChat(id, 'private', name, [id]),
    createChat: (type, title, members) => createChat(type === 'channel' ? -1_001_000_000_000 - nextId++ : -nextId++, type, title, members),
    migrate: (chat) => {
      const made = createChat(-1_002_000_000_000 - nextId++, 'supergroup', chat.title, [...chat.members]);
      made.botStatus = chat.botStatus;
      chat.migratedTo = made.id;
      return made;
    },
    add: (message) => {
      const counter = counters.get(message.chat) ?? shared;
      counter.last += 1;
      const added: Message = { ...message, id: counter.last, dateS: nowS(), editDateS: null, edits: 0 };
      const chat = chats.get(message.chat);
      chat?.messages.set(added.id, added);
      if (chat && message.from === me.id) chat.action = null;
      if (chat) forget(chat);
      changed();
      return added;
    },
    replace: (message) => {
      chats.get(message.chat)?.messages.set(message.id, message);
      changed();
    },
    remove: (chat, messageId) => {
      const was = chat.messages.delete(messageId);
      if (was) changed();
      return was;
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    changed,
  };
}

const marks: readonly (readonly [type: string, pattern: RegExp])[] = [
  ['bot_command', /(?<![\w/])\/[a-z0-9_]{1,32}(?:@\w+)?(?![\w/])/gi],
  ['url', /(?<!\w)https?:\/\/[^\s<>]*[^\s<>.,;:!?'")\]]/gi],
  ['email', /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g],
];

/** The marks that Telegram finds by itself. */
export function foundEntities(text: string): Entity[] {
  const found = marks.flatMap(([type, pattern]) =>
    [...text.matchAll(pattern)].map(({ 0: words, index }) => ({ type, offset: index, length: words.length })),
  );
  const outer = found.filter((each) => !found.some((other) => other.type === 'url' && other !== each && contains(other, each)));
  return outer.sort((a, b) => a.offset - b.offset);
}

const contains = (outer: Entity, inner: Entity): boolean =>
  inner.offset >= outer.offset && inner.offset + inner.length <= outer.offset + outer.length;
