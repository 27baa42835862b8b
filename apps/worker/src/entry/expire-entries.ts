import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Feeds } from '@watchpost/feeds/feed';
import { removeEntry } from '@watchpost/feeds/store/entries';
import { entriesInFeed } from '@watchpost/feeds/store/read-entries';
import { lookSoon } from '../handoff/deliveries.ts';

export interface ExpireEntriesDeps {
  documents: DocumentStore;
  feeds: Pick<Feeds, 'all'>;
}

/** Removes entries that are older than their feed's file says now: when they were written it may have said that they are kept for longer. `nowMs` is the database's. */
export async function expireEntries({ documents, feeds }: ExpireEntriesDeps, nowMs: number, signal: AbortSignal): Promise<void> {
  for (const { slug, keepMs } of feeds.all())
    for await (const entry of entriesInFeed(documents, slug, { beforeMs: nowMs - keepMs }, signal)) {
      await removeEntry(documents, entry.id, signal);
      await lookSoon(documents, entry, signal);
    }
}
