import { Binary, type Db } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { ChangeBatch, GalleryStore } from '../../store.ts';
import type { Head } from '../../domain.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';
import {
  galleryCollections,
  stateId,
  stateSchema,
  toFace,
  toPending,
  toPerson,
  type GalleryCollections,
  type PendingChange,
  type PendingWrite,
} from './documents.ts';

const batchFaces = 1_000;

/**
 * Once a change is durable in the state document, the writes that apply it need not wait for the disk or other nodes: a crash loses
 * the latest writes first, so if one of these is lost, the state document still holds the change as pending.
 */
const quick = { writeConcern: { w: 1 } } as const;

/**
 * The gallery on MongoDB without transactions, so that a standalone server is enough. A commit writes the whole change into the state
 * document by a compare-and-set on its version. Then the change is applied, and removed from the state document. Each write applies
 * only to a document older than the change, so it is idempotent. A process that finds a pending change applies it first, so a crashed
 * process blocks nobody.
 */
export function createMongoGalleryStore(db: Db): GalleryStore {
  const collections = galleryCollections(db);
  const { state, persons, faces } = collections;

  const readState = async (signal: AbortSignal) => {
    const found = await state.findOne({ _id: stateId }, { signal });
    return found && stateSchema.parse(found);
  };

  const complete = async (pending: PendingChange): Promise<void> => {
    await applyPending(collections, pending);
    await state.updateOne(
      { _id: stateId, version: pending.version, 'pending.version': pending.version },
      { $set: { pending: null } },
      quick,
    );
  };

  const head = async (signal: AbortSignal): Promise<Head> => {
    let now = await readState(signal);
    if (!now) {
      await ignoreDuplicate(
        state.updateOne({ _id: stateId }, { $setOnInsert: { version: 0, nextNumber: 1, pending: null } }, { upsert: true }),
      );
      now = await readState(signal);
    }
    if (!now) throw new AppError('gallery-unavailable', 'the state of the gallery cannot be read');
    if (now.pending) await complete(now.pending);
    return { version: now.version, nextNumber: now.nextNumber };
  };

  const commit: GalleryStore['commit'] = async (base, changeset, signal) => {
    throwIfAborted(signal);
    const next: Head = { version: base.version + 1, nextNumber: changeset.nextNumber ?? base.nextNumber };
    const pending = toPending(next.version, changeset);
    const { modifiedCount } = await state.updateOne({ _id: stateId, version: base.version, pending: null }, { $set: { ...next, pending } });
    if (modifiedCount === 0) return null;
    await complete(pending);
    return next;
  };

  const changes: GalleryStore['changes'] = async (since, { embeddings }, visit, signal) => {
    const upTo = await head(signal);
    const which = since === 0 ? { deleted: { $ne: true } } : { version: { $gt: since } };
    const foundPersons = await persons.find(which, { signal }).toArray();
    visit({ persons: foundPersons.flatMap((doc) => toPerson(doc) ?? []), faces: [] });
    const cursor = faces.find(which, { signal, batchSize: batchFaces, ...(!embeddings && { projection: { embedding: 0 } }) });
    let batch: ChangeBatch = { persons: [], faces: [] };
    for await (const doc of cursor) {
      const face = toFace(doc);
      if (face) batch.faces.push(face);
      if (batch.faces.length === batchFaces) {
        visit(batch);
        batch = { persons: [], faces: [] };
      }
    }
    visit(batch);
    return upTo;
  };

  const crop = async (faceId: string, signal: AbortSignal): Promise<Uint8Array | null> => {
    const found = await collections.crops.findOne({ _id: faceId }, { signal });
    const jpeg: unknown = found?.['jpeg'];
    return jpeg instanceof Binary ? new Uint8Array(jpeg.buffer.subarray(0, jpeg.length())) : null;
  };

  const inventory: GalleryStore['inventory'] = async (options, signal) => {
    const found = await persons.find({ deleted: { $ne: true } }, { signal }).toArray();
    const faceIds = options.faces
      ? await faces.find({ deleted: { $ne: true } }, { projection: { _id: 1 }, signal, batchSize: 10_000 }).toArray()
      : null;
    return { persons: found.flatMap((doc) => toPerson(doc) ?? []), faceIds: faceIds?.map(({ _id }) => _id) ?? null };
  };

  return {
    head: (signal) => guardMongo(() => head(signal), signal),
    changes: (since, options, visit, signal) => guardMongo(() => changes(since, options, visit, signal), signal),
    commit: (base, changeset, signal) => guardMongo(() => commit(base, changeset, signal), signal),
    crop: (faceId, signal) => guardMongo(() => crop(faceId, signal), signal),
    inventory: (options, signal) => guardMongo(() => inventory(options, signal), signal),
  };
}

async function applyPending(collections: GalleryCollections, pending: PendingChange): Promise<void> {
  const { version } = pending;
  const write = ({ _id, isNew, set }: PendingWrite) => ({
    updateOne: { filter: { _id, version: { $lt: version } }, update: { $set: { ...set, version } }, upsert: isNew },
  });
  const once = async (collection: GalleryCollections['persons'], writes: PendingWrite[]): Promise<void> => {
    if (writes.length > 0) await ignoreDuplicate(collection.bulkWrite(writes.map(write), { ordered: false, ...quick }));
  };
  const crops = pending.crops.map(({ _id, jpeg }) => ({
    updateOne: { filter: { _id }, update: { $setOnInsert: { jpeg, version } }, upsert: true },
  }));
  if (crops.length > 0) await ignoreDuplicate(collections.crops.bulkWrite(crops, { ordered: false, ...quick }));
  // Persons before faces, so that no process ever sees a face without its person.
  await once(collections.persons, pending.persons);
  await once(collections.faces, pending.faces);
  for (const { faceIds, personId } of pending.moveSightings) {
    await collections.sightings.updateMany(
      { 'faces.faceId': { $in: faceIds } },
      { $set: { 'faces.$[face].personId': personId } },
      { arrayFilters: [{ 'face.faceId': { $in: faceIds } }], ...quick },
    );
  }
  for (const { snapshotId, position, personId } of pending.assignments) {
    const field = `faces.${position}`;
    await collections.sightings.updateOne(
      { _id: snapshotId, [field]: { $exists: true } },
      { $set: { [`${field}.personId`]: personId } },
      quick,
    );
  }
  if (pending.audit) await storeAudit(collections, pending.audit);
}

async function storeAudit({ audit }: GalleryCollections, entry: Record<string, unknown>): Promise<void> {
  const { _id, ...fields } = entry;
  if (typeof _id !== 'string') return;
  await ignoreDuplicate(audit.updateOne({ _id }, { $setOnInsert: fields }, { upsert: true, ...quick }));
  if (typeof fields['undoes'] === 'string') await audit.updateOne({ _id: fields['undoes'] }, { $set: { undone: true } }, quick);
}

/** Another process has written the same document: nothing is left to do. */
async function ignoreDuplicate(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Creates the indexes for the queries and expiry dates; existing ones are left as they are. */
export async function ensureGalleryIndexes(db: Db): Promise<void> {
  const { persons, faces, sightings, audit } = galleryCollections(db);
  const expire = (field: string) => ({ key: { [field]: 1 as const }, expireAfterSeconds: 0 });
  await guardMongo(async () => {
    await persons.createIndexes([{ key: { version: 1 } }, expire('purgeAt')]);
    await faces.createIndexes([
      { key: { version: 1 } },
      { key: { personId: 1 } },
      { key: { deletedAt: 1 }, sparse: true },
      expire('purgeAt'),
    ]);
    await sightings.createIndexes([{ key: { 'faces.personId': 1, takenAt: -1 } }, { key: { 'faces.faceId': 1 } }, expire('expiresAt')]);
    await audit.createIndexes([{ key: { version: -1 } }, { key: { personIds: 1 } }]);
  });
}
