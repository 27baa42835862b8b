import {
  createReadFeedChannel,
  type FeedWindow,
  type ReadFeedChannelDeps,
} from '@watchpost/ingest/platforms/slack/backfill/read-feed-channel';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { hashOf } from '@watchpost/feeds/merge/hash';
import { channelId } from '@watchpost/shared/chat/chat';
import type { WrittenMessage } from '@watchpost/shared/chat/written';
import { AppError } from '@watchpost/shared/errors';
import { readWritten } from '@watchpost/slack/written/read-written';
import { describe, expect, it } from 'vitest';
import { approvalSample, entryOf, feedOf, feedsOf } from '../../support/feed-samples.ts';
import { historyOf } from '../../support/slack-history.ts';
import { ts } from '../../support/slack-messages.ts';

const now = 1_700_000_000_000;
const day = 86_400_000;
const never = new AbortController().signal;
/** Ten seconds before `now`, in microseconds. */
const readUs = (now - 10_000) * 1_000;

const said = (secondsAgo: number, over: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'message',
  ts: ts(secondsAgo),
  user: 'U1',
  text: `said ${String(secondsAgo)}`,
  ...over,
});
const reply = (secondsAgo: number, to: number, over: Record<string, unknown> = {}) => said(secondsAgo, { thread_ts: ts(to), ...over });
const parent = (secondsAgo: number, replies: number, latest: number) =>
  said(secondsAgo, { thread_ts: ts(secondsAgo), reply_count: replies, latest_reply: ts(latest) });
const thumbs = (...users: string[]) => ({ reactions: [{ name: 'white_check_mark', users, count: users.length }] });

interface Given {
  feed?: Feed;
  window?: Partial<FeedWindow>;
  /** What feeds know: messages as Slack listed them then. */
  known?: Record<string, unknown>[];
  entries?: Entry[];
  over?: Partial<ReadFeedChannelDeps>;
}

async function readAgain(
  messages: Record<string, unknown>[],
  { feed = feedOf(), window = {}, known = [], entries, over = {} }: Given = {},
) {
  const { call, asked } = historyOf(messages, 100);
  const taken: { message: WrittenMessage; reactions: unknown; atUs: number }[] = [];
  const checked: string[] = [];
  const entriesThen = entries ?? known.map((raw) => entryOf(readWritten(raw, 'C1')!, feed));
  const read = createReadFeedChannel({
    call,
    feeds: feedsOf([feed]),
    take: {
      message: async ({ message }, { reactions, atUs }) => {
        taken.push({ message, reactions, atUs });
        return 1;
      },
      check: async ({ messageId }) => void checked.push(messageId),
    },
    entriesOf: async (_channel, fromMs) => entriesThen.filter(({ postedAtMs }) => postedAtMs >= fromMs),
    hashOf,
    takes: () => true,
    ownMember: () => 'U0WATCH',
    now: () => now,
    ...over,
  });
  const result = await read(channelId(feed.channel), { fromMs: now - 7 * day, threadsFromMs: now - day, ...window }, never);
  return { taken, ids: taken.map(({ message }) => message.messageId), checked, result, asked };
}

describe('a channel that is read again', () => {
  it('is taken as far as feeds do not know it, the oldest first', async () => {
    const edited = said(300, { text: 'said otherwise', edited: { user: 'U1', ts: ts(200) } });
    const it = await readAgain([said(400), edited, said(100)], { known: [said(400), said(300)] });
    expect(it.ids).toEqual([ts(300), ts(100)]);
    expect(it.taken[0]).toMatchObject({ message: { isEdited: true, atUs: Number(ts(200).replace('.', '')) } });
    expect(it.result).toEqual({ messages: 3, queued: 2, checked: 0, more: false });
  });

  it('is not taken for a feed that began later, night by night', async () => {
    const it = await readAgain([said(400), said(100)], {
      known: [said(400)],
      over: { feeds: feedsOf([feedOf(), feedOf({ slug: 'later' })]), takes: ({ slug }) => slug === 'news' },
    });
    expect(it.ids).toEqual([ts(100)]);
  });

  it('is taken with its joins and other notices left out', async () => {
    const it = await readAgain([said(20, { subtype: 'channel_join' }), said(10)]);
    expect(it.ids).toEqual([ts(10)]);
  });

  it('has changed as of now, where an app changed what it posted without a word of it', async () => {
    const it = await readAgain([said(300, { text: 'changed' })], { known: [said(300)] });
    expect(it.taken.map(({ message }) => message.atUs)).toEqual([readUs]);
  });

  it('is as old as its last change, where an app changed it without a word of it and its reactions are told anew', async () => {
    const feed = feedOf({ approval: approvalSample });
    const changed = readWritten(said(300, { text: 'changed' }), 'C1')!;
    const atUs = changed.atUs + 60_000_000;
    const entry = entryOf({ ...changed, atUs }, feed);
    const { taken } = await readAgain([said(300, { text: 'changed', ...thumbs('U2') })], { feed, entries: [entry] });
    expect(taken.map(({ message }) => message.atUs)).toEqual([atUs]);
  });

  it('is not taken again where it is kept from readers, or was deleted', async () => {
    const message = readWritten(said(300), 'C1')!;
    const base = entryOf(message);
    const offRecord = { ...base, versions: base.versions.map((version) => ({ ...version, hash: '', withheld: 'off-record' as const })) };
    expect((await readAgain([said(300)], { entries: [offRecord] })).ids).toEqual([]);
    expect((await readAgain([said(300)], { entries: [{ ...base, deletedAtUs: 5, versions: [], published: null }] })).ids).toEqual([]);
    const onRecord = said(300, { text: 'on record', edited: { user: 'U1', ts: ts(200) } });
    expect((await readAgain([onRecord], { entries: [offRecord] })).ids).toEqual([ts(300)]);
  });

  it('has its reactions told as of now, where another one approves or has been taken back', async () => {
    const feed = feedOf({ approval: approvalSample });
    const approved = said(300, thumbs('U2'));
    expect((await readAgain([approved], { feed, known: [approved] })).ids).toEqual([]);
    const withdrawn = await readAgain([said(300)], { feed, known: [approved] });
    expect(withdrawn.taken).toMatchObject([{ reactions: [], atUs: readUs }]);
    const added = await readAgain([approved], { feed, known: [said(300)] });
    expect(added.taken).toMatchObject([{ reactions: [{ emoji: 'white_check_mark', member: 'U2' }], atUs: readUs }]);
    const ours = await readAgain([said(300, thumbs('U0WATCH'))], { feed, known: [said(300)] });
    expect(ours.ids).toEqual([]);
  });

  it('has reactions told by whatever name the emoji has', async () => {
    const feed = feedOf({ approval: { ...approvalSample, emoji: ['thumbsup'] } });
    const approved = said(300, { reactions: [{ name: '+1', users: ['U2'], count: 1 }] });
    const it = await readAgain([approved], { feed, known: [said(300)] });
    expect(it.taken).toMatchObject([{ reactions: [{ emoji: '+1', member: 'U2' }] }]);
  });

  it('is asked about by the worker, where Slack names only some of those who reacted', async () => {
    const some = said(300, { reactions: [{ name: 'white_check_mark', users: ['U2'], count: 60 }] });
    const it = await readAgain([some], { feed: feedOf({ approval: approvalSample }) });
    expect([it.ids, it.checked]).toEqual([[], [ts(300)]]);
  });
});

describe('a private channel that is so old that its id looks like that of a conversation', () => {
  it.each([
    ['is taken', false, [false]],
    ['is none where it is such a conversation', true, [true]],
  ])('%s', async (_what, isConversation, isDirect) => {
    const { call } = historyOf([said(300)], 100);
    const it = await readAgain([], {
      feed: feedOf({ channel: 'slack:G1' }),
      over: {
        call: async (method, args, schema, signal) =>
          method === 'conversations.info'
            ? schema.parse({ ok: true, channel: { is_mpim: isConversation } })
            : call(method, args, schema, signal),
      },
    });
    expect(it.taken.map(({ message }) => message.isDirect)).toEqual(isDirect);
  });
});

describe('a message that Slack no longer lists', () => {
  it('is asked about: it is not taken for deleted because it is missing', async () => {
    const tombstone = parent(600, 1, 60);
    const messages = [said(100), { ...tombstone, subtype: 'tombstone', user: 'USLACKBOT' }, reply(60, 600)];
    const it = await readAgain(messages, { known: [said(100), said(400), said(600), reply(60, 600)] });
    expect(it.checked.toSorted()).toEqual([ts(600), ts(400)].toSorted());
    expect(it.ids).toEqual([]);
  });

  it('is not asked about outside of what was read, or if it came while that was read', async () => {
    const justNow = said(-1);
    const it = await readAgain([said(100)], { known: [said(9 * 86_400), said(100), justNow] });
    expect(it.checked).toEqual([]);
  });

  it('is not asked about where the history has more than is read', async () => {
    const many = Array.from({ length: 5_100 }, (_, index) => said(index + 20)).toSpliced(30, 1);
    const known = [said(6_000), said(5_080), said(50)];
    const it = await readAgain(many, { entries: known.map((raw) => entryOf(readWritten(raw, 'C1')!)) });
    expect(it.result).toMatchObject({ messages: 5_000, more: true });
    expect(it.checked).toEqual([ts(50)]);
  });

  it('is asked about once, whatever number of feeds has it', async () => {
    const message = readWritten(said(300), 'C1')!;
    const it = await readAgain([], { entries: [entryOf(message), entryOf(message, feedOf({ slug: 'other' }))] });
    expect(it.checked).toEqual([ts(300)]);
  });
});

describe('the threads of such a channel', () => {
  const repliesAsked = (asked: { method: string; args: Record<string, unknown> }[]) =>
    asked.filter(({ method }) => method === 'conversations.replies').map(({ args }) => args['ts']);

  it('are read where they went on, or have another number of replies than is known', async () => {
    const old = 2 * 86_400;
    const messages = [
      parent(500, 2, 100),
      reply(200, 500),
      reply(100, 500),
      parent(old, 1, old - 50),
      reply(old - 50, old),
      parent(old + 1_000, 1, old + 900),
      reply(old + 900, old + 1_000),
    ];
    const gone = reply(old + 800, old + 1_000);
    const known = [said(500), reply(200, 500), said(old), reply(old - 50, old), said(old + 1_000), reply(old + 900, old + 1_000), gone];
    const it = await readAgain(messages, { known });
    expect(repliesAsked(it.asked)).toEqual([ts(500), ts(old + 1_000)]);
    expect(it.ids).toEqual([ts(100)]);
    expect(it.checked).toEqual([ts(old + 800)]);
    const night = await readAgain(messages, { known, window: { threadsFromMs: 0 } });
    expect(repliesAsked(night.asked)).toHaveLength(3);
  });

  it('are not read where replies are not published, but broadcasts are taken', async () => {
    const messages = [parent(500, 2, 100), reply(100, 500), reply(90, 500, { subtype: 'thread_broadcast', thread_ts: undefined })];
    const it = await readAgain(messages, { feed: feedOf({ threads: 'none' }) });
    expect(repliesAsked(it.asked)).toEqual([]);
    expect(it.ids).toContain(ts(500));
  });

  it('that began before the window, and those that are gone, are asked for by what is known of them', async () => {
    const old = 8 * 86_400;
    const { call } = historyOf([reply(100, old)], 100);
    const it = await readAgain([], {
      known: [reply(200, old), reply(50, old + 1)],
      over: {
        call: async (method, args, schema, signal) => {
          if (args['ts'] === ts(old + 1)) throw new AppError('chat-refused', 'thread_not_found');
          return call(method, args, schema, signal);
        },
      },
    });
    expect(it.ids).toEqual([ts(100)]);
    expect(it.checked.toSorted()).toEqual([ts(200), ts(50)].toSorted());
  });
});

describe('the channel of a board', () => {
  const feed = feedOf({ source: 'visits', approval: approvalSample });
  const board = (raw: Record<string, unknown>) => [entryOf(readWritten(raw, 'C1')!, feed)];

  it('has no entries but visits: posts that approvals changed, or that are gone, are asked about', async () => {
    const it = await readAgain([said(300, thumbs('U2')), said(200)], { feed, entries: [...board(said(300)), ...board(said(100))] });
    expect([it.ids, it.checked]).toEqual([[], [ts(300), ts(100)]]);
  });
});
