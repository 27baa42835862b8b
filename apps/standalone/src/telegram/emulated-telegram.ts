import { abilities, asking, type BotCommand, createMenus } from './api/asking.ts';
import type { Call } from './api/call.ts';
import { createClicks } from './api/clicks.ts';
import { editing } from './api/editing.ts';
import { createFaults, type TelegramFault } from './api/faults.ts';
import { receiving } from './api/receiving.ts';
import { sending } from './api/sending.ts';
import { serveBotApi } from './api/server.ts';
import { createPeople, type TelegramPerson } from './people.ts';
import { createPolling } from './updates/polling.ts';
import { createUpdateQueue, type Delivering } from './updates/queue.ts';
import { createWebhook } from './updates/webhook.ts';
import type { NewFile } from './world/files.ts';
import type { Button, Chat, FileKind, Message } from './world/model.ts';
import { userJson } from './world/render.ts';
import { createWorld, nowS, type World } from './world/world.ts';

export type { TelegramFault } from './api/faults.ts';
export type { TelegramPerson } from './people.ts';

/** A message as people see it now. */
export interface TelegramMessage {
  messageId: number;
  /** Null: a channel's. */
  from: number | null;
  /** Text or caption. */
  text: string;
  replyTo: number | null;
  /** Rows of inline buttons. */
  buttons: readonly (readonly Button[])[];
  forceReply: boolean;
  file: { kind: FileKind; fileId: string; name: string | null; bytes: Uint8Array } | null;
  edits: number;
}

/** What is posted as a channel. */
export interface ChannelPost {
  text?: string;
  photo?: Uint8Array;
  document?: { bytes: Uint8Array; name: string; mimeType: string };
}

/** A Bot API with people, for the demonstration and for tests. */
export interface EmulatedTelegram {
  /** For TELEGRAM_API_URL. */
  url: string;
  token: string;
  botId: number;
  username: string;
  /** The same name is the same person. */
  person(name: string): TelegramPerson;
  /** Another bot, such as a camera's: ours never sees what it writes into a group. */
  otherBot(name: string): TelegramPerson;
  /** A group with these people and the bot. Resolves to its chat id, which is negative. */
  group(title: string, members: readonly TelegramPerson[]): number;
  /** Turns a group into a supergroup, and tells the bot in both. Resolves to its new id. */
  migrate(group: number): number;
  /** Somebody throws the bot out of a group or channel. */
  throwOut(chat: number, by: TelegramPerson): void;
  /** A channel in which the bot is an admin; `post` posts as the channel. */
  channel(title: string): { id: number; post(options: ChannelPost): number };
  /** Posts as a channel. Returns the id of the message. */
  postAs(channel: number, post: ChannelPost): number;
  /** What is in a chat now, oldest first. */
  messages(chat: number): TelegramMessage[];
  /** Resolves to the first message of a chat that fits, now or later. Rejects after `timeoutMs` (default 10 s) with what is there instead. */
  until(chat: number, fits: (message: TelegramMessage) => boolean, timeoutMs?: number): Promise<TelegramMessage>;
  /** Every call so far, without files. */
  calls(): readonly { method: string; payload: Record<string, unknown>; atMs: number }[];
  /** The next call of this method gets this answer; several are used up in turn. `file`: the next download. */
  fail(method: string, fault: TelegramFault): void;
  /** How updates are delivered: each so many times, later by so much, clicks before the messages that were sent before them. */
  deliver(how: Delivering): void;
  /** How many updates nobody has taken yet. */
  pending(): number;
  /** What a page shows that people use. */
  world: World;
  /** The menu of commands in a chat. */
  menu(chat: Chat): readonly BotCommand[];
  close(): Promise<void>;
}

export interface EmulatedTelegramOptions {
  /** 0 or none: any. */
  port?: number;
  token?: string;
  username?: string;
  /** What people see as the bot's name; default watchpost. */
  name?: string;
  /**
   * Where the ids of messages and updates begin; default 1. One that starts again beside a store that remembers what was before must not use
   * its ids again: `idsFromNow()`.
   */
  firstId?: number;
  /** So many messages of a chat are kept, the newest; default all. */
  keepMessages?: number;
  /** BotFather's privacy mode, in which a bot sees little of groups; default false: it sees everything. */
  privacy?: boolean;
  /** How long a click may be answered, milliseconds; default 15 s. */
  clickLifeMs?: number;
  /** The second wait before an update is sent to the webhook again, milliseconds; default 2 s. It doubles each time. */
  webhookBackoffMs?: number;
}

/** A token as BotFather gives it, which no bot has. */
const anyToken = '700000000:AAEmulatedTelegramBotTokenForTests_0';

/** Ids that an earlier start has not used: one for each second. */
export const idsFromNow = (): number => nowS() - 1_750_000_000;

/** Of so many calls the older half is forgotten. */
const mostCalls = 20_000;

/** Starts a Bot API at 127.0.0.1 that follows Telegram's rules and speaks its errors. All is kept in memory. */
export async function startEmulatedTelegram(options: EmulatedTelegramOptions = {}): Promise<EmulatedTelegram> {
  const { port = 0, token = anyToken, username = 'watchpost_bot', name = 'watchpost', privacy = false } = options;
  const botId = Number(token.split(':')[0]);
  const { firstId = 1, keepMessages = Number.POSITIVE_INFINITY } = options;
  const world = createWorld({ bot: { id: botId, name, username }, firstId, keepMessages });
  const queue = createUpdateQueue(100_000_000 + firstId);
  const polling = createPolling(queue);
  const clicks = createClicks(options.clickLifeMs ?? 15_000);
  const menus = createMenus();
  const faults = createFaults();
  const calls: { method: string; payload: Record<string, unknown>; atMs: number }[] = [];
  const webhook = createWebhook({ queue, backoffMs: options.webhookBackoffMs ?? 2_000, execute: async (body) => api.execute(body) });
  const methods = {
    ...sending,
    ...editing,
    ...asking,
    getMe: () => ({ ...userJson(world.bot), ...abilities, can_read_all_group_messages: !privacy }),
    ...menus.methods,
    ...receiving({ queue, polling, webhook }),
    answerCallbackQuery: (call: Call) => clicks.answer(call),
  };
  const onCall = (call: (typeof calls)[number]): void => {
    if (calls.length >= mostCalls) calls.splice(0, mostCalls / 2);
    calls.push(call);
  };
  const api = await serveBotApi({ port, token, world, methods, faults, onCall });
  const people = createPeople({ world, queue, clicks, privacy });
  return {
    url: api.url,
    token,
    botId,
    username,
    person: (name) => people.person(world.account(name)),
    otherBot: (name) => people.person(world.account(name, true)),
    ...chatsOf(world, people, queue),
    messages: (chat) => messagesOf(world, chat),
    until: async (chat, fits, timeoutMs = 10_000) => untilMessage(world, chat, fits, timeoutMs),
    calls: () => calls,
    fail: (method, fault) => faults.add(method, fault),
    deliver: (how) => queue.deliver(how),
    pending: () => queue.pending(),
    world,
    menu: (chat) => menus.menu(chat),
    close: async () => {
      webhook.close();
      clicks.close();
      polling.close();
      queue.close();
      await api.close();
    },
  };
}

function chatsOf(
  world: World,
  people: ReturnType<typeof createPeople>,
  queue: ReturnType<typeof createUpdateQueue>,
): Pick<EmulatedTelegram, 'group' | 'migrate' | 'throwOut' | 'channel' | 'postAs'> {
  const owner = world.account('Owner');
  const find = (id: number): Chat => {
    const chat = world.chats.get(id);
    if (!chat) throw new Error(`there is no chat ${String(id)}`);
    return chat;
  };
  const letIn = (chat: Chat, by: number): void => {
    const status = chat.botStatus;
    chat.botStatus = 'left';
    people.botIs(chat, world.accounts.get(by) ?? owner, status);
  };
  const postAs = (channel: number, { text = '', photo, document }: ChannelPost): number => {
    const file: NewFile | undefined = photo
      ? { kind: 'photo', bytes: photo, name: null, mimeType: 'image/jpeg' }
      : document && { kind: 'document', ...document };
    return people.post(find(channel), { text, file: file ? world.files.add(file) : null });
  };
  return {
    postAs,
    group: (title, members) => {
      const chat = world.createChat(
        'group',
        title,
        members.map(({ id }) => id),
      );
      letIn(chat, members[0]?.id ?? owner.id);
      return chat.id;
    },
    migrate: (id) => {
      const old = find(id);
      const made = world.migrate(old);
      const common = { date: nowS(), from: { id: owner.id, is_bot: false, first_name: owner.name } };
      const chat = (of: Chat) => ({ id: of.id, type: of.type, title: of.title });
      queue.push('message', `chat:${String(old.id)}`, { ...common, message_id: 1_000_001, chat: chat(old), migrate_to_chat_id: made.id });
      queue.push('message', `chat:${String(made.id)}`, { ...common, message_id: 1, chat: chat(made), migrate_from_chat_id: old.id });
      return made.id;
    },
    throwOut: (id, by) => people.botIs(find(id), world.accounts.get(by.id) ?? owner, 'kicked'),
    channel: (title) => {
      const chat = world.createChat('channel', title, [owner.id]);
      letIn(chat, owner.id);
      return { id: chat.id, post: (what) => postAs(chat.id, what) };
    },
  };
}

const messagesOf = (world: World, chat: number): TelegramMessage[] => [...(world.chats.get(chat)?.messages.values() ?? [])].map(shown);

const shown = ({ id, from, text, replyTo, markup, file, edits }: Message): TelegramMessage => ({
  messageId: id,
  from,
  text,
  replyTo,
  buttons: markup?.kind === 'inline' ? markup.rows : [],
  forceReply: markup?.kind === 'force-reply',
  file: file && { kind: file.kind, fileId: file.id, name: file.name, bytes: file.bytes },
  edits,
});

async function untilMessage(
  world: World,
  chat: number,
  fits: (message: TelegramMessage) => boolean,
  timeoutMs: number,
): Promise<TelegramMessage> {
  return new Promise((resolve, reject) => {
    const finish = (end: () => void): void => {
      stop();
      clearTimeout(timer);
      end();
    };
    const look = (): void => {
      try {
        const found = messagesOf(world, chat).find((message) => fits(message));
        if (found) finish(() => resolve(found));
      } catch (error) {
        finish(() => reject(error));
      }
    };
    const stop = world.onChange(look);
    const timer = setTimeout(() => {
      const there = messagesOf(world, chat).map(({ messageId, from, text }) => `${String(messageId)} ${String(from)}: ${text}`);
      finish(() =>
        reject(new Error(`no message of chat ${String(chat)} fits after ${String(timeoutMs)} ms, but there is:\n${there.join('\n')}`)),
      );
    }, timeoutMs);
    look();
  });
}
