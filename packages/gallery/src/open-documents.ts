import type { StorageConfig } from '@watchpost/shared/config/common';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { openDatabase } from './stores/open-database.ts';

/** Opens only the documents in the gallery's database, for processes that know nothing of people. Rejects with `gallery-unavailable`. */
export async function openDocuments(
  config: StorageConfig,
  { log }: { log: Logger },
  signal: AbortSignal,
): Promise<{ documents: DocumentStore; close: () => Promise<void> }> {
  const { documents, close } = await openDatabase(config, { log }, signal);
  return { documents, close };
}
