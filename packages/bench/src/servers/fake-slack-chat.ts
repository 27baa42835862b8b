import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { z } from 'zod';
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
  /** Its picture is shown as a broken one. */
  isBroken: boolean;
}

const blockSchema = z.looseObject({ type: z.string(), slack_file: z.looseObject({ id: z.string() }).optional() });
export type FakeBlock = z.infer<typeof blockSchema>;

/** What a test decides about messages, and sees of them. */
export interface FakeChat {
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
  /** Why a channel takes no messages: `is_archived`. */
  closed: Map<string, string>;
  /** Posts as somebody else. Resolves to the message. */
  say(message: { channel: string; text?: string; user?: string; files?: object[]; threadTs?: string; ts?: string }): FakeMessage;
}

/** The bot, as auth.test says. */
export const fakeBot = { user_id: 'U0WATCH', bot_id: 'B0WATCH', team_id: 'T1' } as const;

export interface FakeMessaging extends FakeChat {
  /** Answers a method of chat or conversations; null: it is none of them. */
  answer(method: string, args: URLSearchParams): object | { tooSoon: number } | null;
}

const refuse = (error: string, messages: string[] = []) => ({ ok: false, error, response_metadata: { messages } });
const digits = (ts: string): bigint => BigInt(ts.replace('.', '').padEnd(16, '0'));

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
    closed: new Map(),
    say: ({ channel, text = '', user = 'U0HUMAN', files = [], threadTs = null, ts = nextTs() }) => {
      const message = { ...ours, channel, ts, threadTs, text, blocks: [], metadata: null, botId: null, user, files };
      messages.push(message);
      return message;
    },
  };
  const methods: Methods = { ...writing(chat, uploads, nextTs), ...reading(messages) };
  return Object.assign(chat, { answer: (method: string, args: URLSearchParams) => methods[method]?.(args) ?? null });
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
    const message = { ...ours, channel, ts: nextTs(), threadTs: args.get('thread_ts'), text: args.get('text') ?? '', blocks, metadata };
    chat.messages.push(message);
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
    if (!swap(message, blocks, chat.swaps)) return refuse('invalid_blocks', ['the picture cannot be changed']);
    message.text = text;
    message.edits += 1;
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

  const remove = (args: URLSearchParams): object => {
    const message = findIn(chat.messages, args);
    if (!message) return refuse('message_not_found');
    if (message.botId !== fakeBot.bot_id) return refuse('cant_delete_message');
    chat.messages.splice(chat.messages.indexOf(message), 1);
    return { ok: true };
  };

  return { 'chat.postMessage': post, 'chat.update': update, 'chat.postEphemeral': ephemeral, 'chat.delete': remove };
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

/** The methods that change nothing. */
function reading(messages: readonly FakeMessage[]): Methods {
  return {
    'conversations.history': (args) => {
      const inChannel = windowOf(args, messages).filter(({ threadTs, ts }) => threadTs === null || threadTs === ts);
      return paged(inChannel.toReversed(), args);
    },
    'conversations.replies': (args) => {
      const thread = args.get('ts') ?? '';
      const parent = findIn(messages, args);
      if (!parent) return refuse('thread_not_found');
      const others = windowOf(args, messages).filter(({ threadTs, ts }) => threadTs === thread && ts !== thread);
      return paged([parent, ...others], args);
    },
    'conversations.open': (args) => {
      const users = args.get('users') ?? '';
      return /^[UW][A-Z0-9]+$/.test(users) ? { ok: true, channel: { id: directOf(users) } } : refuse('user_not_found');
    },
  };
}

const findIn = (messages: readonly FakeMessage[], args: URLSearchParams): FakeMessage | undefined =>
  messages.find(({ channel, ts }) => channel === args.get('channel') && ts === args.get('ts'));

const ours = { botId: fakeBot.bot_id, user: fakeBot.user_id, files: [], edits: 0, isBroken: false };

/** The direct messages of a member. */
const directOf = (member: string): string => `D${member.slice(1)}`;

const picturesIn = (blocks: readonly FakeBlock[]): string[] =>
  blocks.flatMap(({ type, slack_file: file }) => (type === 'image' && file ? file.id : []));

function windowOf(args: URLSearchParams, messages: readonly FakeMessage[]): FakeMessage[] {
  const [oldest, latest] = [digits(args.get('oldest') || '0'), digits(args.get('latest') || '9'.repeat(16))];
  const isWithin = args.get('inclusive') === 'true' || args.get('inclusive') === '1';
  return messages
    .filter(({ channel }) => channel === args.get('channel'))
    .filter(({ ts }) => {
      const at = digits(ts);
      return (at > oldest && at < latest) || (isWithin && (at === oldest || at === latest));
    })
    .sort((one, other) => (digits(one.ts) < digits(other.ts) ? -1 : 1));
}

function paged(messages: readonly FakeMessage[], args: URLSearchParams): object {
  const start = Number(args.get('cursor') || 0);
  const end = start + Number(args.get('limit') || 100);
  const withMetadata = args.get('include_all_metadata') === 'true';
  const next = end < messages.length ? String(end) : '';
  const page = messages.slice(start, end).map((message) => shownAs(message, withMetadata));
  return { ok: true, messages: page, has_more: next !== '', response_metadata: { next_cursor: next } };
}

/** A message as Slack shows it: pictures have keys that nobody sent, if they are shown. */
function shownAs(message: FakeMessage, withMetadata: boolean): object {
  const { ts, threadTs, text, user, botId, files, metadata, edits, isBroken } = message;
  const loaded = isBroken ? {} : { image_width: 640, image_height: 480, image_bytes: 1_000, is_animated: false };
  return {
    type: 'message',
    ...(botId !== null && { bot_id: botId, app_id: 'A0WATCH' }),
    user,
    ts,
    text,
    ...(threadTs !== null && { thread_ts: threadTs }),
    blocks: message.blocks.map((block, index) => ({ block_id: `b${String(index)}`, ...block, ...(block.slack_file && loaded) })),
    ...(files.length > 0 && { files }),
    ...(withMetadata && metadata !== null && { metadata }),
    ...(edits > 0 && { edited: { user, ts } }),
  };
}
