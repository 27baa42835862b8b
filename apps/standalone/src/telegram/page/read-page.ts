import { createHash } from 'node:crypto';
import { attributes, escapeHtml } from '../../slack/page/html.ts';
import type { EmulatedTelegram } from '../emulated-telegram.ts';
import type { Chat, Message } from '../world/model.ts';
import { clock, nameOf, oneLine, renderMessage, tintOf, type Viewer } from './render-message.ts';

/** Something that the page shows, drawn anew where its hash has changed. */
export interface Piece {
  key: string;
  hash: string;
  html: string;
}

export interface PageChat {
  id: number;
  title: string;
  /** Below the title: what kind of chat it is, or what the bot is doing. */
  status: string;
  isBusy: boolean;
  tint: string;
  /** Whether a conversation with the bot has begun. */
  started: boolean;
  commands: readonly { command: string; description: string }[];
  /** The message that asks for an answer, if it is the last one. */
  ask: { message: number; line: string; placeholder: string | null } | null;
  /** As the list of chats shows it. */
  entry: Piece;
  pieces: Piece[];
}

export interface PageContent {
  /** The one with the newest message first. */
  chats: PageChat[];
  /** When something on it ends by itself, milliseconds since 1970. */
  untilMs: number | null;
}

/** So many messages of a chat are shown. */
const shownMessages = 200;

/** Reads what somebody sees: their chat with the bot, the groups that they are in, and the channels. */
export function pageReader(telegram: EmulatedTelegram, youId: number): () => PageContent {
  const { world } = telegram;
  const viewer: Viewer = { world, youId };
  const isMine = (chat: Chat): boolean => chat.id === youId || (chat.type !== 'private' && chat.migratedTo === null && isIn(chat));
  const isIn = (chat: Chat): boolean => chat.type === 'channel' || chat.members.has(youId);
  return () => {
    const mine = [...world.chats.values()].filter((chat) => isMine(chat));
    const newest = (chat: Chat): number => [...chat.messages.values()].at(-1)?.dateS ?? 0;
    // Chats without a message stay in the order in which they were made.
    const sorted = mine.sort((a, b) => newest(b) - newest(a));
    const ends = sorted.flatMap(({ action }) => (action && action.untilMs > Date.now() ? [action.untilMs] : []));
    return { chats: sorted.map((chat) => readChat(telegram, viewer, chat)), untilMs: ends.length > 0 ? Math.min(...ends) : null };
  };
}

function readChat(telegram: EmulatedTelegram, viewer: Viewer, chat: Chat): PageChat {
  const { world } = telegram;
  const messages = [...chat.messages.values()].slice(-shownMessages);
  const isBusy = chat.action !== null && chat.action.untilMs > Date.now();
  const last = messages.at(-1);
  const title = chat.type === 'private' ? world.bot.name : chat.title;
  const asks =
    last?.markup?.kind === 'force-reply' ? { message: last.id, line: oneLine(last), placeholder: last.markup.placeholder } : null;
  return {
    id: chat.id,
    title,
    status: isBusy ? doing(chat.action?.name ?? '') : statusOf(chat),
    isBusy,
    tint: tintOf(chat.id === viewer.youId ? world.bot.id : chat.id),
    started: chat.type !== 'private' || messages.length > 0,
    commands: telegram.menu(chat),
    ask: asks,
    entry: piece(`chat${String(chat.id)}`, entryHtml(viewer, chat, last)),
    pieces: together(messages).map((group) => piece(`${String(chat.id)}_${String(group[0].id)}`, renderMessage(viewer, chat, group))),
  };
}

const doing = (action: string): string => (action.startsWith('upload_') ? `sending a ${action.slice(7).replace('_', ' ')}…` : 'typing…');

function statusOf({ type, members, botStatus }: Chat): string {
  if (type === 'private') return 'bot';
  if (type === 'channel') return 'channel';
  const count = members.size + (botStatus === 'member' || botStatus === 'administrator' ? 1 : 0);
  return `${String(count)} members`;
}

/** What was sent together is shown together. */
function together(messages: readonly Message[]): [Message, ...Message[]][] {
  const groups: [Message, ...Message[]][] = [];
  for (const message of messages) {
    const before = groups.at(-1);
    if (before && message.groupId !== null && before[0].groupId === message.groupId && before[0].from === message.from)
      before.push(message);
    else groups.push([message]);
  }
  return groups;
}

function entryHtml({ world, youId }: Viewer, chat: Chat, last: Message | undefined): string {
  const by = last?.from === youId ? 'You' : last && chat.type !== 'private' && last.from !== null ? nameOf(world, chat, last) : null;
  const line = last ? `${by === null ? '' : `<b>${escapeHtml(by)}:</b> `}${escapeHtml(oneLine(last).slice(0, 120))}` : 'No messages yet';
  return `<span class="preview">${line}</span>${last ? clock(last.dateS) : ''}`;
}

const piece = (key: string, html: string): Piece => ({ key, hash: createHash('sha1').update(html).digest('base64url').slice(0, 12), html });

/** Initials in a coloured disc. */
export const avatar = (title: string, tint: string): string =>
  `<span${attributes({ class: `avatar ${tint}`, 'aria-hidden': 'true' })}>${escapeHtml(Array.from(title)[0]?.toUpperCase() ?? '')}</span>`;
