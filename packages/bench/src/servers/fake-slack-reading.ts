import type { FakeMessage } from './fake-slack-chat.ts';
import { shownReactions } from './fake-slack-reactions.ts';

type Methods = Record<string, (args: URLSearchParams) => object>;

/** What a reading method knows of. */
interface Readable {
  messages: readonly FakeMessage[];
  /** Deleted ones that are still shown, in so many reads. */
  lingering: Map<FakeMessage, number>;
  /** Conversations of several people. */
  groupDirects: ReadonlySet<string>;
  privateTo: ReadonlyMap<string, unknown>;
  channelNames: ReadonlyMap<string, string>;
  closed: ReadonlyMap<string, string>;
  namedReactors: number;
}

const refuse = (error: string) => ({ ok: false, error });

/** The direct messages of a member. */
export const directOf = (member: string): string => `D${member.slice(1)}`;

/** The methods that change nothing. */
export function reading(chat: Readable): Methods {
  return {
    'conversations.history': (args) => {
      const inChannel = windowOf(args, shownNow(chat, args)).filter(
        ({ threadTs, ts, more }) => threadTs === null || threadTs === ts || more['subtype'] === 'thread_broadcast',
      );
      return paged(inChannel.toReversed(), args, chat);
    },
    'conversations.replies': (args) => {
      const thread = args.get('ts') ?? '';
      const shown = shownNow(chat, args);
      const parent = findIn(shown, args);
      if (!parent) return refuse('thread_not_found');
      const others = windowOf(args, shown).filter(({ threadTs, ts }) => threadTs === thread && ts !== thread);
      return paged([parent, ...others], args, chat);
    },
    'conversations.info': (args) => {
      const id = args.get('channel') ?? '';
      if (chat.closed.get(id) === 'channel_not_found') return refuse('channel_not_found');
      const name = chat.channelNames.get(id);
      const kinds = { is_im: id.startsWith('D'), is_mpim: chat.groupDirects.has(id), is_private: chat.privateTo.has(id) };
      return { ok: true, channel: { id, ...(name !== undefined && { name }), ...kinds } };
    },
    'conversations.open': (args) => {
      const users = args.get('users') ?? '';
      return /^[UW][A-Z0-9]+$/.test(users) ? { ok: true, channel: { id: directOf(users) } } : refuse('user_not_found');
    },
  };
}

/** The messages of a channel, with those of which Slack does not know yet everywhere that they are gone. */
function shownNow({ messages, lingering }: Readable, args: URLSearchParams): FakeMessage[] {
  const late = [...lingering].filter(([{ channel }, reads]) => channel === args.get('channel') && reads > 0);
  for (const [message, reads] of late) lingering.set(message, reads - 1);
  return [...messages, ...late.map(([message]) => message)];
}

const digits = (ts: string): bigint => BigInt(ts.replace('.', '').padEnd(16, '0'));

export const findIn = (messages: readonly FakeMessage[], args: URLSearchParams): FakeMessage | undefined =>
  messages.find(({ channel, ts }) => channel === args.get('channel') && ts === args.get('ts'));

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

function paged(messages: readonly FakeMessage[], args: URLSearchParams, chat: Readable): object {
  const start = Number(args.get('cursor') || 0);
  const end = start + Number(args.get('limit') || 100);
  const withMetadata = args.get('include_all_metadata') === 'true';
  const next = end < messages.length ? String(end) : '';
  const page = messages.slice(start, end).map((message) => ({
    ...shownAs(message, withMetadata),
    ...threadOf(message, chat.messages),
    ...shownReactions(message, chat.namedReactors),
  }));
  return { ok: true, messages: page, has_more: next !== '', response_metadata: { next_cursor: next } };
}

/** A message as Slack shows it: pictures have keys that nobody sent, if they are shown. */
export function shownAs(message: FakeMessage, withMetadata: boolean): object {
  const { ts, threadTs, text, user, botId, files, metadata, edits, isBroken, more } = message;
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
    ...more,
  };
}

/** What the first message of a thread says about it. */
function threadOf({ channel, ts }: FakeMessage, all: readonly FakeMessage[]): object {
  const replies = repliesTo(all, channel, ts);
  const latest = replies.at(-1);
  return latest ? { thread_ts: ts, reply_count: replies.length, latest_reply: latest.ts } : {};
}

/** The replies in a thread, oldest first. */
export const repliesTo = (all: readonly FakeMessage[], channel: string, thread: string): FakeMessage[] =>
  all.filter((message) => message.channel === channel && message.threadTs === thread && message.ts !== thread);
