import type { Entry } from '@watchpost/feeds/entry';
import type { EntryView } from '@watchpost/feeds/outputs/view';
import type { FeedSource } from '../feed-source.ts';
import type { Cursor } from '../live-feed.ts';
import { compareCursors, cursorText } from './cursor.ts';
import type { FeedMemory } from './feed-memory.ts';

export interface ReadOlder {
  slug: string;
  memory: FeedMemory;
  entries: FeedSource['entries'];
  /** Reads the names that entries show. */
  load: (entries: readonly Entry[], signal: AbortSignal) => Promise<void>;
  /** Those posted before are not asked for, milliseconds since 1970. */
  fromMs: number;
}

/** Of one query, and how many queries one request may cost. What lies between shown entries is what waits, or was deleted. */
const atOnce = 200;
const mostQueries = 10;

/** Entries older than those in memory that readers may see, the newest first. `nextBefore` null: there are no older ones. */
export async function readOlder(
  { slug, memory, entries, load, fromMs }: ReadOlder,
  { before, since, limit }: { before: Cursor; since: Cursor | null; limit: number },
  signal: AbortSignal,
): Promise<{ views: EntryView[]; nextBefore: string | null }> {
  const views: EntryView[] = [];
  let from = before;
  for (let queries = 0; queries < mostQueries; queries += 1) {
    const options = { beforeMs: from.postedAtMs + 1, fromMs: Math.max(fromMs, since?.postedAtMs ?? 0), limit: atOnce };
    const found = await entries.newest(slug, options, signal);
    const older = found.filter((entry) => compareCursors(entry, from) < 0 && (since === null || compareCursors(entry, since) > 0));
    const parents = await readParents(memory, entries, older, signal);
    await load(older, signal);
    for (const entry of older) {
      const view = memory.view(entry, parents);
      if (view && views.length === limit) return { views, nextBefore: cursorText(from) };
      if (view) views.push(view);
      from = { postedAtMs: entry.postedAtMs, messageId: entry.messageId };
    }
    if (older.length === 0) return { views, nextBefore: null };
  }
  return { views, nextBefore: cursorText(from) };
}

/** The first messages that some replies belong to, and that are not in memory. */
export async function readParents(
  memory: FeedMemory,
  entries: FeedSource['entries'],
  replies: readonly Entry[],
  signal: AbortSignal,
): Promise<Map<string, Entry | null>> {
  const ids = memory.missingParents(replies);
  return readByIds(entries, ids, signal);
}

/** In portions; null: there is none. */
export async function readByIds(
  entries: FeedSource['entries'],
  ids: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, Entry | null>> {
  const found = new Map<string, Entry | null>(ids.map((id) => [id, null]));
  for (let from = 0; from < ids.length; from += atOnce) {
    for (const entry of await entries.byIds(ids.slice(from, from + atOnce), signal)) found.set(entry.id, entry);
  }
  return found;
}
