import type { Entry } from '@watchpost/feeds/entry';
import { AppError } from '@watchpost/shared/errors';
import type { SlackCall } from '@watchpost/slack/calls';
import { historyPages, repliesOf } from '@watchpost/slack/history';
import { z } from 'zod';
import { historyMessageSchema, largestPage, most } from './history-message.ts';
import { compareTs, toMs, toTs } from './ts.ts';

export interface FeedMessages {
  /** As Slack lists them, the oldest first. */
  messages: readonly unknown[];
  /** The timestamps of all messages that are there. */
  listed: ReadonlySet<string>;
  /** The threads of which all replies are among them. */
  completeThreads: ReadonlySet<string>;
  /** What feeds know of the channel since a time from which on all that was posted in the channel itself is among the messages. */
  entries: readonly Entry[];
  more: boolean;
}

export interface FeedMessagesOptions {
  channel: string;
  /** Milliseconds since 1970. */
  fromMs: number;
  latestMs: number;
  threadsFromMs: number;
  withReplies: boolean;
  entriesSince: (fromMs: number) => Promise<readonly Entry[]>;
}

/** Our clock and Slack's. Milliseconds. */
const clocksDifferMs = 300_000;

const messageSchema = historyMessageSchema.extend({ subtype: z.string().nullish().catch(null) });
type HistoryMessage = z.infer<typeof messageSchema>;

interface Thread {
  ts: string;
  replies: number;
  latestMs: number;
}

/** Reads a channel since a time, with the threads that feeds may not know as they are. Rejects as SlackCall. */
export async function readMessages(call: SlackCall, options: FeedMessagesOptions, signal: AbortSignal): Promise<FeedMessages> {
  const { channel, fromMs, latestMs } = options;
  const found = new Map<string, HistoryMessage>();
  const keep = (messages: readonly unknown[]): void => {
    for (const raw of messages) {
      const { data } = messageSchema.safeParse(raw);
      if (data && !found.has(data.ts)) found.set(data.ts, data);
    }
  };
  const window = { channel, oldest: toTs(fromMs), latest: toTs(latestMs + clocksDifferMs), most: most.messages, pageSize: largestPage };
  for await (const page of historyPages(call, window, signal)) keep(page);
  const isFull = found.size >= most.messages;
  const oldest = [...found.keys()].toSorted(compareTs)[0];
  // Slack's window does not include its ends.
  const completeFromMs = isFull && oldest !== undefined ? toMs(oldest) + 1 : fromMs + 1;
  const entries = await options.entriesSince(completeFromMs);

  const threads = options.withReplies ? threadsToRead([...found.values()], entries, options) : [];
  const completeThreads = new Set<string>();
  for (const thread of threads.slice(0, most.threads)) {
    const replies = await repliesIn(call, channel, thread, signal);
    keep(replies);
    if (replies.length < most.replies) completeThreads.add(thread);
  }
  const there = [...found.values()].filter(({ subtype }) => !subtype?.endsWith('tombstone'));
  return {
    messages: there.toSorted((a, b) => compareTs(a.ts, b.ts)),
    listed: new Set(there.map(({ ts }) => ts)),
    completeThreads,
    entries,
    more: isFull || threads.length > most.threads,
  };
}

/** None of a thread that is gone: the worker asks about each reply that is missing. */
async function repliesIn(call: SlackCall, channel: string, thread: string, signal: AbortSignal): Promise<unknown[]> {
  try {
    return await repliesOf(call, { channel, thread, oldest: '0', most: most.replies }, signal);
  } catch (error) {
    if (error instanceof AppError && error.code === 'chat-refused') return [];
    throw error;
  }
}

/** Those that went on lately, or have another number of replies than feeds know; the latest first. */
function threadsToRead(
  found: readonly HistoryMessage[],
  entries: readonly Entry[],
  { threadsFromMs }: Pick<FeedMessagesOptions, 'threadsFromMs'>,
): string[] {
  const known = new Map<string, Set<string>>();
  const latest = new Map<string, number>();
  for (const { thread, messageId, deletedAtUs, postedAtMs } of entries) {
    if (thread === null || deletedAtUs !== null) continue;
    known.set(thread, (known.get(thread) ?? new Set()).add(messageId));
    latest.set(thread, Math.max(latest.get(thread) ?? 0, postedAtMs));
  }
  const listed: Thread[] = found
    .filter(({ reply_count: replies, ts }) => replies > 0 || known.has(ts))
    .map(({ ts, reply_count: replies, latest_reply: newest }) => ({
      ts,
      replies,
      latestMs: newest ? toMs(newest) : (latest.get(ts) ?? 0),
    }));
  const isListed = new Set(listed.map(({ ts }) => ts));
  // Threads that began before the window.
  const older = [...latest].filter(([ts]) => !isListed.has(ts)).map(([ts, latestMs]): Thread => ({ ts, replies: -1, latestMs }));
  return [...listed, ...older]
    .filter(({ ts, replies, latestMs }) => latestMs >= threadsFromMs || replies !== (known.get(ts)?.size ?? 0))
    .toSorted((a, b) => b.latestMs - a.latestMs)
    .map(({ ts }) => ts);
}
