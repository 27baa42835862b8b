import type { Db, Document } from 'mongodb';
import { z } from 'zod';
import type { JudgedSnapshot, SightingHistory } from '../../records/sighting-history.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';
import { olderThan, sightedFaceSchema } from './sightings.ts';

const snapshotSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: z.date(),
    faces: z.array(sightedFaceSchema.omit({ embedding: true, modelId: true })),
  })
  .transform(({ _id, takenAt, ...rest }): JudgedSnapshot => ({ ...rest, snapshotId: _id, takenAtMs: takenAt.getTime() }));

/** Vectors and pictures are most of a document. */
const projection = { 'faces.embedding': 0, 'faces.crop': 0 };

/** Decisions of the past, from the collection of sightings. */
export function createMongoSightingHistory(db: Db): SightingHistory {
  const { sightings } = galleryCollections(db);
  return {
    newest: ({ channel, camera, fromMs }, limit, signal, after) =>
      guardMongo(async () => {
        const conditions: Document[] = [
          ...(fromMs === undefined ? [] : [{ takenAt: { $gte: new Date(fromMs) } }]),
          ...(after ? [olderThan(after)] : []),
        ];
        const which = {
          ...(channel !== undefined && { channel }),
          ...(camera !== undefined && { camera }),
          ...(conditions.length > 0 && { $and: conditions }),
        };
        const found = await sightings.find(which, { signal, projection }).sort({ takenAt: -1, _id: -1 }).limit(limit).toArray();
        return found.flatMap((document) => snapshotSchema.safeParse(document).data ?? []);
      }, signal),
  };
}
