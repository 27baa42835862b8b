import type { Entry } from '@watchpost/feeds/entry';
import type { Entries } from '@watchpost/feeds/feed-store';

const pageSize = 500;

/** The entries of a feed, newest first, read in pages. */
export async function* eachEntry(entries: Pick<Entries, 'newest'>, slug: string, signal: AbortSignal): AsyncGenerator<Entry> {
  const seen = new Set<string>();
  for (let beforeMs: number | undefined; ;) {
    const page = await entries.newest(slug, { limit: pageSize, ...(beforeMs !== undefined && { beforeMs }) }, signal);
    const fresh = page.filter(({ id }) => !seen.has(id));
    for (const entry of fresh) {
      seen.add(entry.id);
      yield entry;
    }
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    // Those of the last moment are read once more: some of them may be on the next page.
    beforeMs = fresh.length === 0 ? last.postedAtMs : last.postedAtMs + 1;
  }
}
