import type { Collection, Db, Document, IndexDescription } from 'mongodb';
import { z } from 'zod';
import type { DocumentQuery, DocumentStore, StoredDocument } from '@watchpost/shared/documents/document-store';
import { documentConflict, mostExpired, mostOld } from '../documents.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';

const documentSchema = z.object({
  _id: z.object({ kind: z.string(), id: z.string() }),
  revision: z.number(),
  at: z.date(),
  keys: z.array(z.string()),
  expiresAt: z.date().nullable(),
  /** As text: BSON has other limits than JSON, and nobody queries it. */
  body: z.string(),
});
type OurDocument = z.infer<typeof documentSchema>;

const clockSchema = z.object({ localTime: z.date() });

/** In the collection `documents`, one document each. */
export function createMongoDocuments(db: Db): DocumentStore {
  const documents = db.collection<OurDocument>('documents');

  /** The server's clock. */
  const now = async (): Promise<Date> => clockSchema.parse(await db.command({ hello: 1 })).localTime;

  const get: DocumentStore['get'] = async (kind, id, signal) => {
    const found: Document | null = await documents.findOne({ _id: { kind, id } }, { signal });
    return { document: found && toDocument(found), nowMs: (await now()).getTime() };
  };

  const put: DocumentStore['put'] = async (document) => {
    const { kind, id, revision, atMs, keys, expiresAtMs, body } = document;
    const _id = { kind, id };
    const next = {
      revision: revision + 1,
      at: new Date(atMs),
      keys: [...keys],
      expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs),
      body: JSON.stringify(body),
    };
    const isWritten =
      revision === 0
        ? await documents.insertOne({ _id, ...next }).then(
            () => true,
            (error: unknown) => {
              if (!isDuplicateKey(error)) throw error;
              return false;
            },
          )
        : (await documents.updateOne({ _id, revision }, { $set: next })).matchedCount > 0;
    if (!isWritten) throw documentConflict(kind, id);
    return { ...document, revision: revision + 1 };
  };

  const remove: DocumentStore['remove'] = async (kind, id, revision, signal) => {
    const _id = { kind, id };
    const { deletedCount } = await documents.deleteOne({ _id, revision });
    if (deletedCount === 0 && (await documents.findOne({ _id }, { signal, projection: { _id: 1 } }))) throw documentConflict(kind, id);
  };

  const expire: DocumentStore['expire'] = async (signal) => {
    const expired = { expiresAt: { $lte: await now() } };
    const found = await documents
      .find(expired, { signal })
      .sort({ expiresAt: 1 })
      .limit(mostExpired)
      .project<OurDocument>({ _id: 1 })
      .toArray();
    // One that was written meanwhile may live longer.
    return (await documents.deleteMany({ _id: { $in: found.map(({ _id }) => _id) }, ...expired })).deletedCount;
  };

  return {
    get: (kind, id, signal) => guardMongo(() => get(kind, id, signal), signal),
    getAll: (kind, ids, signal) =>
      guardMongo(async () => {
        const found = await documents.find({ _id: { $in: ids.map((id) => ({ kind, id })) } }, { signal }).toArray();
        return found.map(toDocument);
      }, signal),
    put: (document, signal) => guardMongo(() => put(document, signal), signal),
    remove: (kind, id, revision, signal) => guardMongo(() => remove(kind, id, revision, signal), signal),
    find: (wanted, signal) =>
      guardMongo(async () => {
        const direction = wanted.order === 'newest' ? -1 : 1;
        const found = await documents
          .find(filterOf(wanted), { signal })
          .sort({ at: direction, '_id.id': direction })
          .limit(wanted.limit)
          .toArray();
        return found.map(toDocument);
      }, signal),
    removeOld: (which, signal) => guardMongo(() => removeOld(documents, which, signal), signal),
    expire: (signal) => guardMongo(() => expire(signal), signal),
  };
}

/** `DocumentStore.removeOld`. */
async function removeOld(
  documents: Collection<OurDocument>,
  { kind, beforeMs, dated }: Parameters<DocumentStore['removeOld']>[0],
  signal: AbortSignal,
): Promise<number> {
  const old: Document = { '_id.kind': kind, at: { $lt: new Date(beforeMs) }, ...(dated && { expiresAt: { $type: 'date' } }) };
  const found = await documents
    .find(old, { signal })
    .sort({ at: 1, '_id.id': 1 })
    .limit(mostOld)
    .project<OurDocument>({ '_id.id': 1 })
    .toArray();
  // One that was written meanwhile may be younger.
  return (await documents.deleteMany({ ...old, _id: { $in: found.map(({ _id: { id } }) => ({ kind, id })) } })).deletedCount;
}

function filterOf({ kind, key, fromMs, beforeMs }: DocumentQuery): Document {
  const at = { ...(fromMs !== undefined && { $gte: new Date(fromMs) }), ...(beforeMs !== undefined && { $lt: new Date(beforeMs) }) };
  return { '_id.kind': kind, ...(key !== undefined && { keys: key }), ...(Object.keys(at).length > 0 && { at }) };
}

function toDocument(document: Document): StoredDocument {
  const { _id, at, expiresAt, body, ...rest } = documentSchema.parse(document);
  const parsed: unknown = JSON.parse(body);
  return { ..._id, ...rest, atMs: at.getTime(), expiresAtMs: expiresAt && expiresAt.getTime(), body: parsed };
}

/** The indexes for the queries and expiry dates of documents. */
export const documentIndexes: IndexDescription[] = [
  { key: { '_id.kind': 1, keys: 1, at: -1, '_id.id': -1 } },
  { key: { '_id.kind': 1, at: -1, '_id.id': -1 } },
  { key: { expiresAt: 1 }, partialFilterExpression: { expiresAt: { $type: 'date' } } },
];

/** Creates the indexes of `find` and `expire`. */
export async function ensureDocumentIndexes(db: Db): Promise<void> {
  await guardMongo(() => db.collection('documents').createIndexes(documentIndexes));
}
