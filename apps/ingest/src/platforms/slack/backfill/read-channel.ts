import type { SlackCall } from '@watchpost/slack/calls';
import { historyPages, repliesOf } from '@watchpost/slack/history';
import { z } from 'zod';
import { tsSchema } from '../2-parse.ts';
import { historyMessageSchema, largestPage, most } from './history-message.ts';
import { createRecentCaptions } from '../recent-captions.ts';
import type { TakeEvent } from '../take-event.ts';
import { compareTs, toTs } from './ts.ts';

/** What was read. `more`: older messages were left out, because there are too many. */
export interface ReadHistory {
  messages: number;
  /** Pictures. */
  queued: number;
  /** Messages that rules are to look at. */
  watched: number;
  more: boolean;
}

/** What is read of a channel, milliseconds since 1970. */
export interface Window {
  oldestMs: number;
  latestMs: number;
  /** Messages since then that were edited in between, and threads that began since then and went on. */
  threadsFromMs: number;
}

/** Reads a channel between two times, and takes its messages, the oldest first. Rejects with an AppError. */
export type ReadChannel = (channel: string, window: Window, signal: AbortSignal) => Promise<ReadHistory>;

/** The newest so many of those before, for their threads. */
const mostEarlier = 2_000;
/** For the queue to take one message. Milliseconds. */
const queueMs = 5_000;

const messageSchema = historyMessageSchema.extend({
  edited: z.looseObject({ ts: tsSchema }).nullish().catch(null),
});
type HistoryMessage = z.infer<typeof messageSchema>;

/** Reads the history with its threads. */
export function createReadChannel(call: SlackCall, takeEvent: Pick<TakeEvent, 'backfilled'>): ReadChannel {
  return async (channel, { oldestMs, latestMs, threadsFromMs }, signal) => {
    const oldest = toTs(oldestMs);
    const found = new Map<string, HistoryMessage>();
    const keep = (messages: readonly unknown[]): void => {
      for (const message of parsedOf(messages)) found.set(message.ts, message);
    };
    for await (const page of historyPages(call, { channel, oldest, latest: toTs(latestMs), most: most.messages }, signal)) keep(page);
    const isFull = found.size >= most.messages;
    const earlier = { channel, oldest: toTs(threadsFromMs), latest: oldest, most: mostEarlier, pageSize: largestPage };
    const parents = [...found.values()];
    if (threadsFromMs < oldestMs) {
      for await (const page of historyPages(call, earlier, signal)) {
        parents.push(...parsedOf(page));
        keep(page.filter((message) => parsedOf([message]).some(({ edited }) => isAfter(edited?.ts, oldest))));
      }
    }
    const threads = parents.filter((message) => message.reply_count > 0 && isAfter(message.latest_reply, oldest));
    for (const { ts } of threads.slice(0, most.threads))
      keep(await repliesOf(call, { channel, thread: ts, oldest, most: most.replies }, signal));

    // A caption comes before its picture. Not those of live messages: these are older, and would push them out.
    const captions = createRecentCaptions();
    let queued = 0;
    let watched = 0;
    for (const message of [...found.values()].toSorted((a, b) => compareTs(a.ts, b.ts))) {
      signal.throwIfAborted();
      const taken = await takeEvent.backfilled(message, channel, captions, () => queueMs);
      queued += taken.queued;
      if (taken.isWatched) watched += 1;
    }
    return { messages: found.size, queued, watched, more: isFull || threads.length > most.threads };
  };
}

const parsedOf = (messages: readonly unknown[]): HistoryMessage[] =>
  messages.flatMap((message) => messageSchema.safeParse(message).data ?? []);

const isAfter = (ts: string | null | undefined, oldest: string): boolean => ts !== null && ts !== undefined && compareTs(ts, oldest) > 0;
