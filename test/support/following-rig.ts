import { afterEach } from 'vitest';
import type { Feed } from '@watchpost/feeds/feed';
import { readFeed } from './feed-reader.ts';
import { feedWriter, startFeedProcess, type FeedProcess, type FeedProcessOptions } from './feed-rig.ts';
import { feedOf, feedsOf, samplePostedAtMs, writtenEventOf, writtenMessageOf } from './feed-samples.ts';
import { createMemoryDocuments } from './memory-documents.ts';
import { until } from './until.ts';

/** So long that samples, which are years old, are kept. Milliseconds. */
export const keepMs = 36_500 * 86_400_000;

/** What is open in a test file: closed after each test, what was opened last first. */
export function closing(): (() => Promise<void> | void)[] {
  const open: (() => Promise<void> | void)[] = [];
  afterEach(async () => {
    for (const close of open.splice(0).toReversed()) await close();
  });
  return open;
}

/** Feeds in memory, with somebody who writes into them, and processes that serve them. `list` may change while they run. */
export function followingRig(open: ReturnType<typeof closing>, list: Feed[] = [feedOf({ keepMs })]) {
  const documents = createMemoryDocuments();
  const feeds = feedsOf(list);
  const writer = feedWriter(documents, feeds);
  return {
    ...writer,
    documents,
    feeds,
    list,
    say: async (text: string, second: number, slug = 'news') => {
      const postedAtMs = samplePostedAtMs + second * 1_000;
      return writer.apply(writtenEventOf(writtenMessageOf(text, { postedAtMs, channel: feeds.get(slug)!.channel })), slug);
    },
    edit: async (text: string, second: number, laterMs: number) => {
      const postedAtMs = samplePostedAtMs + second * 1_000;
      return writer.apply(writtenEventOf(writtenMessageOf(text, { postedAtMs, isEdited: true, atUs: (postedAtMs + laterMs) * 1_000 })));
    },
    start: async (over: Partial<FeedProcessOptions> = {}): Promise<FeedProcess> => {
      const process = await startFeedProcess({ documents, feeds, ...over });
      open.push(process.stop);
      return process;
    },
  };
}

type Reader = Awaited<ReturnType<typeof readFeed>>;

/** Somebody who follows a feed. */
export async function follow(
  open: ReturnType<typeof closing>,
  process: FeedProcess,
  { lastEventId, slug = 'news', query = '' }: { lastEventId?: string | undefined; slug?: string; query?: string } = {},
): Promise<Reader> {
  const reader = await readFeed(`${process.url}/feeds/${slug}/events${query}`, lastEventId);
  open.push(reader.close);
  return reader;
}

/** What a reader was told: the text of an entry, or the name of another event. */
export const texts = ({ events }: Reader): string[] => events.map(({ event, data }) => (event === 'entry' ? (data.text ?? '') : event));

/** Waits until a reader knows where it is. */
export const placed = async (reader: Reader): Promise<void> => void (await until('it has its place', () => reader.lastEventId() !== ''));
