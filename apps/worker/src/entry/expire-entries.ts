import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Feeds } from '@watchpost/feeds/feed';
import type { Entries } from '@watchpost/feeds/feed-store';
import { removeEntry } from '@watchpost/feeds/store/entries';
import { lookSoon } from '../handoff/deliveries.ts';

export interface ExpireEntriesDeps {
  documents: DocumentStore;
  feeds: Pick<Feeds, 'all'>;
  entries: Pick<Entries, 'newest'>;
  now: () => number;
}

const atOnce = 100;

/** Removes entries that are older than their feed's file says now: when they were written it may have said that they are kept for longer. */
export async function expireEntries({ documents, feeds, entries, now }: ExpireEntriesDeps, signal: AbortSignal): Promise<void> {
  for (const { slug, keepMs } of feeds.all())
    for (;;) {
      const over = await entries.newest(slug, { beforeMs: now() - keepMs, limit: atOnce }, signal);
      for (const entry of over) {
        await removeEntry(documents, entry.id, signal);
        await lookSoon(documents, entry, signal);
      }
      if (over.length < atOnce) break;
    }
}
