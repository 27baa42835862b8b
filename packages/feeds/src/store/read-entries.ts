import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import type { Entry } from '../entry.ts';
import type { Entries } from '../feed-store.ts';
import { entryKind, feedKey, tryFromDocument } from './entry-document.ts';

/** What a process reads of entries that changes none, and has no key. */
export function readEntries(documents: Pick<DocumentStore, 'find' | 'getAll'>): Pick<Entries, 'byIds' | 'newest'> {
  return {
    byIds: async (ids, signal) => readable(await documents.getAll(entryKind, ids, signal)),
    newest: async (slug, { beforeMs, fromMs, limit }, signal) => {
      const range = { ...(beforeMs !== undefined && { beforeMs }), ...(fromMs !== undefined && { fromMs }) };
      return readable(await documents.find({ kind: entryKind, key: feedKey(slug), ...range, order: 'newest', limit }, signal));
    },
  };
}

/** One that another version wrote does not keep the others from readers. */
export const readable = (documents: readonly StoredDocument[]): Entry[] => documents.flatMap((document) => tryFromDocument(document) ?? []);
