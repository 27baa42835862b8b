import { setImmediate as breathe } from 'node:timers/promises';
import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { evidenceSchema } from '../../evidence.ts';
import { personsSeen, sightingSchema, type LastSeen, type SnapshotSightings } from '../../domain.ts';
import type { SightingCrop, SightingStore } from '../../store.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { fromBinary, galleryCollections, toBinary, vectorFromBinary, type GalleryCollections } from './documents.ts';
import { readState } from './state.ts';

/** What a face of a sighting has in the database and in the archive. */
export const sightedFaceSchema = sightingSchema.extend({
  saidBy: z.string().nullable().default(null),
  // What a newer release decided by other rules is shown without it.
  evidence: evidenceSchema.nullable().catch(null),
});

const sightingsSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: z.date(),
    faces: z.array(sightedFaceSchema.extend({ embedding: vectorFromBinary })),
  })
  .transform(({ _id, takenAt, ...rest }): SnapshotSightings => ({ ...rest, snapshotId: _id, takenAtMs: takenAt.getTime() }));

const lastSeenSchema = z.object({ _id: z.string(), at: z.date(), channel: z.string(), camera: z.string().nullable() });

/** Persons between two pauses: other jobs run meanwhile. */
const pageSize = 500;

/** Crops are read one at a time. */
const withoutCrops = { projection: { 'faces.crop': 0 } };

/** Sightings, one document for each snapshot, with its crops. `keepMs`: how long they are kept. */
export function createMongoSightings(db: Db, keepMs: number): SightingStore {
  const collections = galleryCollections(db);
  const { sightings, lastSeen } = collections;

  const find = async (snapshotId: string, signal: AbortSignal): Promise<SnapshotSightings | null> => {
    const found = await sightings.findOne({ _id: snapshotId }, { signal, ...withoutCrops });
    return found && (sightingsSchema.safeParse(found).data ?? null);
  };

  const insert = async (seen: SnapshotSightings, crops: readonly SightingCrop[], signal: AbortSignal): Promise<SnapshotSightings> => {
    // The version is read before, so that a change which is carried out late leaves these sightings as they are.
    const { version, nowMs } = await readState(collections, signal);
    try {
      await sightings.insertOne({ ...toDocument(seen, crops, version, new Date(nowMs + keepMs)), recordedAt: new Date(nowMs) });
      return seen;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await find(seen.snapshotId, signal)) ?? seen;
    }
  };

  // Not atomic: if the second step is lost, the retry of the job makes up for it.
  const record: SightingStore['record'] = async (seen, crops, signal) => {
    const stored = await insert(seen, crops, signal);
    const { channel, camera, takenAtMs: atMs } = stored;
    await noteLastSeen(
      collections,
      personsSeen(stored.faces).map((id) => [id, { atMs, channel, camera }]),
    );
    return stored;
  };

  const crop: SightingStore['crop'] = async (snapshotId, position, signal) => {
    const face = { $arrayElemAt: ['$faces', position] };
    const projection = { crop: { $let: { vars: { face }, in: '$$face.crop' } } };
    const found = await sightings.findOne({ _id: snapshotId }, { projection, signal });
    return fromBinary(found?.['crop']);
  };

  return {
    find: (snapshotId, signal) => guardMongo(() => find(snapshotId, signal), signal),
    findAll: (snapshotIds, signal) =>
      guardMongo(
        async () => readAll(await sightings.find({ _id: { $in: [...snapshotIds] } }, { signal, ...withoutCrops }).toArray()),
        signal,
      ),
    record: (seen, crops, signal) => guardMongo(() => record(seen, crops, signal), signal),
    crop: (snapshotId, position, signal) => guardMongo(() => crop(snapshotId, position, signal), signal),
    lastSeen: (personIds, signal) =>
      guardMongo(async () => {
        const found = lastSeen.find(personIds ? { _id: { $in: [...personIds] } } : {}, { signal, batchSize: pageSize });
        const all = new Map<string, LastSeen>();
        for await (const document of found) {
          for (const [id, seen] of toLastSeen(document)) all.set(id, seen);
          if (all.size % pageSize === 0) await breathe();
        }
        return all;
      }, signal),
    ofPersons: (personIds, limit, signal, after) =>
      guardMongo(async () => {
        const which = { 'faces.personId': { $in: [...personIds] }, ...(after && olderThan(after)) };
        const found = await sightings
          .find(which, { signal, ...withoutCrops })
          .sort({ takenAt: -1, _id: -1 })
          .limit(limit)
          .toArray();
        return readAll(found);
      }, signal),
  };
}

/** Without those that somebody edited so that they cannot be read. */
function readAll(documents: readonly Document[]): SnapshotSightings[] {
  return documents.flatMap((document) => sightingsSchema.safeParse(document).data ?? []);
}

/** Notes when the persons were last seen, where nothing newer is known. */
export async function noteLastSeen({ lastSeen }: Pick<GalleryCollections, 'lastSeen'>, seen: readonly [string, LastSeen][]): Promise<void> {
  if (seen.length === 0) return;
  const writes = seen.map(([_id, { atMs, channel, camera }]) => {
    const at = new Date(atMs);
    return { updateOne: { filter: { _id, at: { $lt: at } }, update: { $set: { at, channel, camera } }, upsert: true } };
  });
  // Where the stored date is newer, the upsert fails as a duplicate: nothing to do.
  await lastSeen.bulkWrite(writes, { ordered: false, writeConcern: { w: 1 } }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}

/** The first condition is implied by the second, and tells the index where to begin. */
export function olderThan({ takenAtMs, snapshotId }: Pick<SnapshotSightings, 'takenAtMs' | 'snapshotId'>): Document {
  const takenAt = new Date(takenAtMs);
  return { takenAt: { $lte: takenAt }, $or: [{ takenAt: { $lt: takenAt } }, { _id: { $lt: snapshotId } }] };
}

export function toLastSeen(document: Document): [string, LastSeen][] {
  const seen = lastSeenSchema.safeParse(document).data;
  return seen ? [[seen._id, { atMs: seen.at.getTime(), channel: seen.channel, camera: seen.camera }]] : [];
}

function toDocument(
  { snapshotId, takenAtMs, faces, ...rest }: SnapshotSightings,
  crops: readonly SightingCrop[],
  version: number,
  expiresAt: Date,
) {
  const pictures = new Map(crops.map(({ position, jpeg }) => [position, toBinary(jpeg)]));
  const embedded = faces.map((face, position): Record<string, unknown> => {
    const crop = pictures.get(position);
    return { ...face, embedding: Binary.fromFloat32Array(face.embedding), version, ...(crop && { crop }) };
  });
  return { ...rest, _id: snapshotId, takenAt: new Date(takenAtMs), expiresAt, faces: embedded, persons: personsSeen(faces) };
}
