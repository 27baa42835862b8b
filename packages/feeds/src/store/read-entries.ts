import type { ChannelKey } from '@watchpost/shared/chat/chat';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import type { Entry } from '../entry.ts';
import type { Entries } from '../feed-store.ts';
import { channelKeyOf, entryKind, feedKey, tryFromDocument } from './entry-document.ts';

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

/** So many are read at once. */
const pageSize = 500;

/** The entries of a feed, with the deleted ones; newest first, by the time of the message. `beforeMs`: milliseconds since 1970. */
export const entriesInFeed = (
  documents: Pick<DocumentStore, 'find'>,
  slug: string,
  posted: { beforeMs?: number },
  signal: AbortSignal,
): AsyncGenerator<Entry> => each(documents, { key: feedKey(slug), ...posted }, signal);

/** The entries of a channel, of all its feeds, as `entriesInFeed`. Milliseconds since 1970. */
export const entriesInChannel = (
  documents: Pick<DocumentStore, 'find'>,
  channel: ChannelKey,
  posted: { fromMs: number; beforeMs: number },
  signal: AbortSignal,
): AsyncGenerator<Entry> => each(documents, { key: channelKeyOf(channel), ...posted }, signal);

async function* each(
  documents: Pick<DocumentStore, 'find'>,
  query: { key: string; fromMs?: number; beforeMs?: number },
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  for await (const document of eachDocument(documents, { kind: entryKind, ...query }, pageSize, signal)) yield* readable([document]);
}

/** One that another version wrote does not keep the others from readers. */
const readable = (documents: readonly StoredDocument[]): Entry[] => documents.flatMap((document) => tryFromDocument(document) ?? []);
