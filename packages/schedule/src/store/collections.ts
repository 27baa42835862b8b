import { createHash } from 'node:crypto';
import type { DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { eachDocument } from '@watchpost/shared/documents/each-document';
import { removeDocument } from '@watchpost/shared/documents/remove-document';
import { isConflict, untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import { z } from 'zod';
import type { StoreSettings } from '../file/schedule-file.ts';
import type { Fields } from '../template.ts';

const bodySchema = z.object({
  v: z.literal(1),
  collection: z.string(),
  fields: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
  /** Who has not told of it yet: `post:news`. */
  untold: z.array(z.string()),
});

/** An item of a collection. */
export interface StoredItem {
  /** The same for the same key. */
  id: string;
  /** When it was stored first, milliseconds since 1970. */
  atMs: number;
  fields: Fields;
}

/** What jobs have stored, by collection. */
export interface Collections {
  /**
   * Stores those whose key is not there yet; an item that is there stays as it is. The first item counts as the newest. `tellers`: who is
   * to tell of the new ones.
   */
  store(
    items: readonly Fields[],
    how: { settings: StoreSettings; tellers: readonly string[]; atMs: number },
    signal: AbortSignal,
  ): Promise<void>;
  /** What this one has not told of, the newest first. */
  untold(teller: string, limit: number, signal: AbortSignal): Promise<StoredItem[]>;
  /** It has, now. */
  told(teller: string, ids: readonly string[], signal: AbortSignal): Promise<void>;
  /** Those that there are, the oldest first. */
  get(ids: readonly string[], signal: AbortSignal): Promise<StoredItem[]>;
  /** The items of a time, the oldest first; the newest `limit` of them. */
  during(collection: string, range: { fromMs: number; limit: number }, signal: AbortSignal): Promise<StoredItem[]>;
}

const kind = 'schedule-item';
const pageSize = 200;
const collectionKey = (name: string): string => `collection:${name}`;
const untoldKey = (teller: string): string => `untold:${teller}`;
const keysOf = ({ collection, untold }: { collection: string; untold: readonly string[] }): string[] => [
  collectionKey(collection),
  ...untold.map(untoldKey),
];

/** Its place in the collection: of its key's fields; without one, of the first of these that it has, or of all that it has. */
function idOf(fields: Fields, { into, key }: StoreSettings): string {
  const own = ['id', 'link'].find((name) => fields[name] !== undefined && fields[name] !== null);
  const all = Object.keys(fields).filter((name) => name !== 'at');
  const names = key ?? (own === undefined ? all.sort() : [own]);
  const values = names.map((name) => fields[name] ?? null);
  return `${into}.${createHash('sha256').update(JSON.stringify(values)).digest('base64url').slice(0, 24)}`;
}

/** Collections on a store of documents. */
export function createCollections(documents: DocumentStore): Collections {
  const toItem = ({ id, atMs, body }: StoredDocument): StoredItem[] => {
    const { data } = bodySchema.safeParse(body);
    return data ? [{ id, atMs, fields: data.fields }] : [];
  };
  return {
    store: async (items, how, signal) => {
      const seen = new Set<string>();
      for (const [index, fields] of items.entries()) {
        const id = idOf(fields, how.settings);
        if (!seen.has(id)) await storeOne(documents, id, fields, { ...how, atMs: how.atMs - index }, signal);
        seen.add(id);
      }
      const { into, keep } = how.settings;
      if (keep.items !== null) await removeBeyond(documents, { collection: into, most: keep.items, seen }, signal);
    },
    untold: async (teller, limit, signal) =>
      (await documents.find({ kind, key: untoldKey(teller), order: 'newest', limit }, signal)).flatMap(toItem),
    told: async (teller, ids, signal) => {
      for (const id of ids) await tell(documents, teller, id, signal);
    },
    get: async (ids, signal) => (await documents.getAll(kind, ids, signal)).flatMap(toItem).sort((a, b) => a.atMs - b.atMs),
    during: async (collection, { fromMs, limit }, signal) =>
      (await documents.find({ kind, key: collectionKey(collection), fromMs, order: 'newest', limit }, signal)).flatMap(toItem).toReversed(),
  };
}

async function storeOne(
  documents: DocumentStore,
  id: string,
  fields: Fields,
  { settings: { into, keep }, tellers, atMs }: Parameters<Collections['store']>[1],
  signal: AbortSignal,
): Promise<void> {
  const expiresAtMs = keep.ms === null ? null : atMs + keep.ms;
  const body = { v: 1, collection: into, fields, untold: [...tellers] };
  try {
    await documents.put({ kind, id, revision: 0, atMs, keys: keysOf(body), expiresAtMs, body }, signal);
  } catch (error) {
    if (!isConflict(error)) throw error;
    await keepLonger(documents, id, { ms: keep.ms, atMs }, signal);
  }
}

/** What is still there must not come back as new when its time is over. Once in a tenth of that time is often enough. */
async function keepLonger(
  documents: DocumentStore,
  id: string,
  { ms, atMs }: { ms: number | null; atMs: number },
  signal: AbortSignal,
): Promise<void> {
  await untilNoConflict(async () => {
    const { document } = await documents.get(kind, id, signal);
    if (!document) return;
    const { expiresAtMs } = document;
    const isAsWanted = ms === null ? expiresAtMs === null : expiresAtMs !== null && Math.abs(atMs + ms - expiresAtMs) < ms / 10;
    if (!isAsWanted) await documents.put({ ...document, expiresAtMs: ms === null ? null : atMs + ms }, signal);
  }, signal);
}

/** The oldest beyond so many. Those that were just seen stay: they would be new the next time. */
async function removeBeyond(
  documents: DocumentStore,
  { collection, most, seen }: { collection: string; most: number; seen: ReadonlySet<string> },
  signal: AbortSignal,
): Promise<void> {
  let kept = 0;
  const beyond: string[] = [];
  for await (const { id } of eachDocument(documents, { kind, key: collectionKey(collection) }, pageSize, signal)) {
    kept += 1;
    if (kept > most && !seen.has(id)) beyond.push(id);
  }
  for (const id of beyond) await removeDocument(documents, kind, id, signal);
}

async function tell(documents: DocumentStore, teller: string, id: string, signal: AbortSignal): Promise<void> {
  await untilNoConflict(async () => {
    const { document } = await documents.get(kind, id, signal);
    const { data } = bodySchema.safeParse(document?.body);
    if (!document || !data?.untold.includes(teller)) return;
    const body = { ...data, untold: data.untold.filter((each) => each !== teller) };
    await documents.put({ ...document, keys: keysOf(body), body }, signal);
  }, signal);
}
