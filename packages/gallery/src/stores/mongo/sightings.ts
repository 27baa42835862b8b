import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { personsSeen, sightingSchema, type LastSeen, type SnapshotSightings } from '../../domain.ts';
import type { SightingStore } from '../../store.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { galleryCollections, vectorFromBinary } from './documents.ts';

const sightingsSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: z.date(),
    faces: z.array(sightingSchema.extend({ embedding: vectorFromBinary })),
  })
  .transform(({ _id, takenAt, ...rest }): SnapshotSightings => ({ ...rest, snapshotId: _id, takenAtMs: takenAt.getTime() }));

const lastSeenSchema = z.object({ _id: z.string(), at: z.date(), channel: z.string(), camera: z.string().nullable() });

/** Sightings, one document for each snapshot. `keepMs`: how long they are kept. */
export function createMongoSightings(db: Db, keepMs: number): SightingStore {
  const { sightings, lastSeen } = galleryCollections(db);

  const find = async (snapshotId: string, signal: AbortSignal): Promise<SnapshotSightings | null> => {
    const found = await sightings.findOne({ _id: snapshotId }, { signal });
    return found && sightingsSchema.parse(found);
  };

  const updateLastSeen = async ({ channel, camera, takenAtMs, faces }: SnapshotSightings): Promise<void> => {
    const at = new Date(takenAtMs);
    const ids = personsSeen(faces);
    if (ids.length === 0) return;
    const writes = ids.map((_id) => ({
      updateOne: { filter: { _id, at: { $lt: at } }, update: { $set: { at, channel, camera } }, upsert: true },
    }));
    // Where the stored date is newer, the upsert fails as a duplicate: nothing to do.
    await lastSeen.bulkWrite(writes, { ordered: false, writeConcern: { w: 1 } }).catch((error: unknown) => {
      if (!isDuplicateKey(error)) throw error;
    });
  };

  const insert = async (seen: SnapshotSightings, signal: AbortSignal): Promise<SnapshotSightings> => {
    try {
      await sightings.insertOne(toDocument(seen, keepMs));
      return seen;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await find(seen.snapshotId, signal)) ?? seen;
    }
  };

  // Not atomic: if the second step is lost, the retry of the job makes up for it.
  const record: SightingStore['record'] = async (seen, signal) => {
    const stored = await insert(seen, signal);
    await updateLastSeen(stored);
    return stored;
  };

  return {
    find: (snapshotId, signal) => guardMongo(() => find(snapshotId, signal), signal),
    record: (seen, signal) => guardMongo(() => record(seen, signal), signal),
    lastSeen: (personIds, signal) =>
      guardMongo(async () => {
        const found = await lastSeen.find(personIds ? { _id: { $in: [...personIds] } } : {}, { signal }).toArray();
        return new Map(found.map((doc) => toLastSeen(doc)));
      }, signal),
    ofPersons: (personIds, limit, signal) =>
      guardMongo(async () => {
        const which = { 'faces.personId': { $in: [...personIds] } };
        const found = await sightings.find(which, { signal }).sort({ takenAt: -1 }).limit(limit).toArray();
        return found.map((doc) => sightingsSchema.parse(doc));
      }, signal),
  };
}

function toLastSeen(document: Document): [string, LastSeen] {
  const { _id, at, channel, camera } = lastSeenSchema.parse(document);
  return [_id, { atMs: at.getTime(), channel, camera }];
}

function toDocument({ snapshotId, takenAtMs, faces, ...rest }: SnapshotSightings, keepMs: number) {
  const embedded = faces.map((face): Record<string, unknown> & { embedding: Binary } => ({
    ...face,
    embedding: Binary.fromFloat32Array(face.embedding),
  }));
  return { ...rest, _id: snapshotId, takenAt: new Date(takenAtMs), expiresAt: new Date(Date.now() + keepMs), faces: embedded };
}
