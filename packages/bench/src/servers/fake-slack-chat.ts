import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { z } from 'zod';
import { directOf, findIn, reading, shownAs } from './fake-slack-reading.ts';
import { reacting, setReaction, type FakeReacting, type FakeReaction } from './fake-slack-reactions.ts';
import { changedEvent, postedEvent, removing, type FakeRemoving } from './fake-slack-removing.ts';
import { fakeActor, type FakeActor } from './fake-slack-tokens.ts';
import type { FakeUploads } from './fake-slack-uploads.ts';

/** A message in a channel. */
export interface FakeMessage {
  channel: string;
  ts: string;
  /** The message whose thread it is in. */
  threadTs: string | null;
  text: string;
  blocks: FakeBlock[];
  metadata: unknown;
  /** Of the bot; somebody else's have none. */
  botId: string | null;
  user: string;
  files: object[];
  edits: number;
  reactions: FakeReaction[];
  /** Its picture is shown as a broken one. */
  isBroken: boolean;
  /** What Slack shows of it beside: attachments, a username, a subtype. */
  more: Record<string, unknown>;
}

const blockSchema = z.looseObject({ type: z.string(), slack_file: z.looseObject({ id: z.string() }).optional() });
export type FakeBlock = z.infer<typeof blockSchema>;

/** What a test decides about messages, and sees of them. */
export interface FakeChat extends FakeRemoving, FakeReacting {
  /** Oldest first. Take one out, and somebody has deleted it. */
  messages: FakeMessage[];
  /** What only one member saw. */
  ephemerals: { channel: string; user: string; threadTs: string | null; text: string; blocks: FakeBlock[] }[];
  /** What chat.update does with another picture: shows it, refuses it, goes on showing the old one, or shows a broken picture. */
  swaps: 'shown' | 'refused' | 'ignored' | 'broken';
  /** Two messages in a channel are so far apart at least, else the second is answered with 429. Milliseconds; 0: no limit. */
  apartMs: number;
  /** How many were answered so. */
  limited: number;
  /** By how much Slack's clock is ahead of ours, milliseconds. */
  aheadMs: number;
  /** Names of channels; of others nobody knows one. */
  channelNames: Map<string, string>;
  /** Why a channel takes no messages: `is_archived`. */
  closed: Map<string, string>;
  /** What Slack would tell an app that listens: each message, edit and deletion as an `event`. */
  onEvent: (event: object) => void;
  /** Posts as somebody else. Resolves to the message. */
  say(message: Said): FakeMessage;
  /** Somebody edits a message, or Slack adds a link's preview to it. */
  change(message: FakeMessage, over: Partial<Pick<FakeMessage, 'text' | 'blocks' | 'files' | 'more'>>): void;
}

interface Said {
  channel: string;
  text?: string;
  user?: string;
  files?: object[];
  threadTs?: string;
  ts?: string;
  blocks?: FakeBlock[];
  /** See FakeMessage. */
  more?: Record<string, unknown>;
}

/** The bot, as auth.test says. */
export const fakeBot = { user_id: 'U0WATCH', bot_id: 'B0WATCH', team_id: 'T1' } as const;

export interface FakeMessaging extends FakeChat {
  /** Answers a method of chat or conversations; null: it is none of them. */
  answer(method: string, args: URLSearchParams, actor?: FakeActor): object | { tooSoon: number } | null;
}

const refuse = (error: string, messages: string[] = []) => ({ ok: false, error, response_metadata: { messages } });

/** The messages of one fake Slack. `uploads`: pictures in messages must be there, and ready. */
export function createFakeMessaging(uploads: FakeUploads): FakeMessaging {
  const nextTs = createClock(() => Date.now() + chat.aheadMs);
  const messages: FakeMessage[] = [];
  const chat: FakeChat = {
    messages,
    ephemerals: [],
    swaps: 'shown',
    apartMs: 0,
    limited: 0,
    aheadMs: 0,
    channelNames: new Map(),
    closed: new Map(),
    lingersFor: [],
    lingering: new Map(),
    privateTo: new Map(),
    groupDirects: new Set(),
    removals: [],
    namedReactors: Infinity,
    react: (message, name, user, isSet = true) => void setReaction(chat, { message, name, user, isSet }, nextTs()),
    onEvent: () => undefined,
    say: ({ channel, text = '', user = 'U0HUMAN', files = [], threadTs = null, ts = nextTs(), blocks = [], more = {} }) => {
      const message = { ...ours, channel, ts, threadTs, text, blocks, metadata: null, botId: null, user, files, more, reactions: [] };
      messages.push(message);
      chat.onEvent(postedEvent(message));
      return message;
    },
    change: (message, over) => {
      const before = shownAs(message, true);
      Object.assign(message, over, { edits: message.edits + 1 });
      chat.onEvent(changedEvent(message, before, nextTs()));
    },
  };
  const methods: Methods = { ...writing(chat, uploads, nextTs), ...reading(chat) };
  const byActor = { ...removing(chat, nextTs), ...reacting(chat, nextTs) };
  return Object.assign(chat, {
    answer: (method: string, args: URLSearchParams, actor = fakeActor) => byActor[method]?.(args, actor) ?? methods[method]?.(args) ?? null,
  });
}

type Methods = Record<string, (args: URLSearchParams) => object>;

/** Timestamps, each later than the one before. */
function createClock(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now() * 1_000);
    return `${String(Math.floor(last / 1_000_000))}.${String(last % 1_000_000).padStart(6, '0')}`;
  };
}

/** The methods that show something. */
function writing(chat: FakeChat, uploads: FakeUploads, nextTs: () => string): Methods {
  const refusal = createGate(chat);
  const blocksOf = (args: URLSearchParams, shown: FakeBlock[] = []) => acceptedBlocks(args, shown, uploads);

  const post = (args: URLSearchParams): object => {
    const refused = refusal(args);
    if (refused) return refused;
    const blocks = blocksOf(args);
    if (!Array.isArray(blocks)) return blocks;
    if (blocks.length === 0 && !args.get('text')) return refuse('no_text');
    const target = args.get('channel') ?? '';
    const channel = /^[UW]/.test(target) ? directOf(target) : target;
    const metadata: unknown = JSON.parse(args.get('metadata') ?? 'null');
    const message = {
      ...ours,
      channel,
      ts: nextTs(),
      threadTs: args.get('thread_ts'),
      text: args.get('text') ?? '',
      blocks,
      metadata,
      reactions: [],
    };
    chat.messages.push(message);
    chat.onEvent(postedEvent(message));
    return { ok: true, channel, ts: message.ts, message: shownAs(message, true) };
  };

  const update = (args: URLSearchParams): object => {
    const refused = refusal(args);
    if (refused) return refused;
    const message = findIn(chat.messages, args);
    if (!message) return refuse('message_not_found');
    if (message.botId !== fakeBot.bot_id) return refuse('cant_update_message');
    const text = args.get('text') ?? '';
    if (text.length > 4_000) return refuse('msg_too_long');
    const blocks = blocksOf(args, message.blocks);
    if (!Array.isArray(blocks)) return blocks;
    const before = shownAs(message, true);
    if (!swap(message, blocks, chat.swaps)) return refuse('invalid_blocks', ['the picture cannot be changed']);
    message.text = text;
    message.edits += 1;
    chat.onEvent(changedEvent(message, before, nextTs()));
    return { ok: true, channel: message.channel, ts: message.ts, text };
  };

  const ephemeral = (args: URLSearchParams): object => {
    const blocks = blocksOf(args);
    if (!Array.isArray(blocks)) return blocks;
    const [channel, user] = [args.get('channel') ?? '', args.get('user') ?? ''];
    const closed = chat.closed.get(channel);
    if (closed !== undefined) return refuse(closed);
    chat.ephemerals.push({ channel, user, threadTs: args.get('thread_ts'), text: args.get('text') ?? '', blocks });
    return { ok: true, message_ts: nextTs() };
  };

  return { 'chat.postMessage': post, 'chat.update': update, 'chat.postEphemeral': ephemeral };
}

/** Whether a channel takes a message now. Null: it does. */
function createGate(chat: FakeChat): (args: URLSearchParams) => object | null {
  const lastIn = new Map<string, number>();
  return (args) => {
    const channel = args.get('channel') ?? '';
    const closed = chat.closed.get(channel);
    if (closed !== undefined) return refuse(closed);
    const now = performance.now();
    const waitMs = (lastIn.get(channel) ?? -Infinity) + chat.apartMs - now;
    if (chat.apartMs > 0 && waitMs > 0) {
      chat.limited += 1;
      return { tooSoon: Math.ceil(waitMs / 1_000) };
    }
    lastIn.set(channel, now);
    return null;
  };
}

/** The blocks of a message, or why they are refused. `shown`: those that it has. */
function acceptedBlocks(args: URLSearchParams, shown: readonly FakeBlock[], uploads: FakeUploads): object | FakeBlock[] {
  const blocks: unknown = JSON.parse(args.get('blocks') ?? '[]');
  const faults = faultsOfBlocks(blocks);
  if (faults.length > 0) return refuse('invalid_blocks', faults);
  const parsed = z.array(blockSchema).parse(blocks);
  const old = picturesIn(shown);
  const notReady = picturesIn(parsed).filter((id) => !old.includes(id) && !uploads.isReady(id));
  if (notReady.length === 0) return parsed;
  return refuse(
    'invalid_blocks',
    notReady.map((id) => `invalid slack file ${id}`),
  );
}

/** Gives a message other blocks; false: its picture may not be changed. */
function swap(message: FakeMessage, blocks: FakeBlock[], swaps: FakeChat['swaps']): boolean {
  const [before, after] = [picturesIn(message.blocks), picturesIn(blocks)];
  const isSwap = after.some((id) => !before.includes(id));
  if (isSwap && swaps === 'refused') return false;
  const old = message.blocks.find(({ type }) => type === 'image');
  const isIgnored = isSwap && swaps === 'ignored';
  message.blocks = isIgnored ? blocks.flatMap((block) => (block.type === 'image' ? (old ?? []) : block)) : blocks;
  message.isBroken = isSwap ? swaps === 'broken' : message.isBroken && after.length > 0;
  return true;
}

const ours = { botId: fakeBot.bot_id, user: fakeBot.user_id, files: [], edits: 0, isBroken: false, more: {} };

const picturesIn = (blocks: readonly FakeBlock[]): string[] =>
  blocks.flatMap(({ type, slack_file: file }) => (type === 'image' && file ? file.id : []));
