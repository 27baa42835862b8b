import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { followDatabase, type FollowedDatabase, unlessNewer } from '@watchpost/shared/documents/follow-database';
import type { Logger } from '@watchpost/shared/observability/logger';
import { openDatabase } from './stores/open-database.ts';

export interface OpenedDocuments {
  documents: DocumentStore;
  followed: FollowedDatabase;
  close: () => Promise<void>;
}

/** Opens only the documents in the gallery's database, for processes that know nothing of people. Rejects with `gallery-unavailable`, `database-newer`. */
export async function openDocuments(config: StorageConfig, { log }: { log: Logger }, signal: AbortSignal): Promise<OpenedDocuments> {
  const { documents, close } = await openDatabase(config, { log }, signal);
  const stop = new AbortController();
  const followed = followDatabase({ documents, log }, stop.signal);
  return {
    documents: unlessNewer(documents, () => followed.isNewer()),
    followed,
    close: async () => {
      stop.abort();
      await followed.done;
      await close();
    },
  };
}
