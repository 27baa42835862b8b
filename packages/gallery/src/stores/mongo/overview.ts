import type { Db, Document } from 'mongodb';
import { z } from 'zod';
import { inSteps } from '../../memory/concurrency.ts';
import type { SeenCount, SightingOverview, UnsureFace } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, type GalleryCollections } from './documents.ts';

const countSchema = z.object({ _id: z.string(), faces: z.number() });
const seenSchema = z
  .object({ _id: z.object({ at: z.date(), channel: z.string(), camera: z.string().nullable() }), snapshots: z.number() })
  .transform(({ _id: { at, ...where }, snapshots }): SeenCount => ({ ...where, atMs: at.getTime(), snapshots }));
const unsureSchema = z
  .object({
    _id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    takenAt: z.date(),
    position: z.number(),
    personId: z.string(),
    similarity: z.number().nullable(),
  })
  .transform(({ _id: snapshotId, takenAt, ...rest }): UnsureFace => ({ ...rest, snapshotId, takenAtMs: takenAt.getTime() }));

/** Of a face of a sighting, as `$filter` names it. */
const isSure: Document = { $or: [{ $ne: ['$$this.decision', 'uncertain'] }, { $ne: [{ $ifNull: ['$$this.saidBy', null] }, null] }] };
const seenAs = (cond: Document): Document => ({ $map: { input: { $filter: { input: '$faces', cond } }, in: '$$this.personId' } });
const takenMs = { $toLong: '$takenAt' };
/** When the quarter of an hour began. ($dateTrunc came with MongoDB 5.) */
const quarter: Document = { $toDate: { $subtract: [takenMs, { $mod: [takenMs, 900_000] }] } };
const unsure = { decision: 'uncertain', saidBy: null, personId: { $type: 'string' } } as const;

/** Of the documents of sightings. */
export function createMongoOverview(db: Db): SightingOverview {
  const { sightings } = galleryCollections(db);

  return {
    counts: (signal) =>
      guardMongo(async () => {
        const found = await sightings
          .aggregate(
            [
              { $project: { _id: 0, personId: seenAs(isSure) } },
              { $unwind: '$personId' },
              { $match: { personId: { $type: 'string' } } },
              { $group: { _id: '$personId', faces: { $sum: 1 } } },
            ],
            { signal, allowDiskUse: true },
          )
          .toArray();
        const counts = new Map<string, number>();
        await inSteps(found, (document) => {
          const { data } = countSchema.safeParse(document);
          if (data) counts.set(data._id, data.faces);
        });
        return counts;
      }, signal),
    whenSeen: (personIds, signal) =>
      guardMongo(async () => {
        const isOneOf = { $in: ['$$this.personId', [...personIds]] };
        const found = await sightings
          .aggregate(
            [
              { $match: { 'faces.personId': { $in: [...personIds] } } },
              { $project: { channel: 1, camera: 1, takenAt: 1, seen: { $size: seenAs({ $and: [isOneOf, isSure] }) } } },
              { $match: { seen: { $gt: 0 } } },
              {
                $group: {
                  _id: {
                    at: quarter,
                    channel: '$channel',
                    camera: { $ifNull: ['$camera', null] },
                  },
                  snapshots: { $sum: 1 },
                },
              },
            ],
            { signal },
          )
          .toArray();
        return found.flatMap((document) => seenSchema.safeParse(document).data ?? []);
      }, signal),
    unsure: (limit, signal, after) => guardMongo(() => newestUnsure(sightings, limit, signal, after), signal),
  };
}

/** `SightingOverview.unsure`. */
async function newestUnsure(
  sightings: GalleryCollections['sightings'],
  limit: number,
  signal: AbortSignal,
  after: Parameters<SightingOverview['unsure']>[2],
): Promise<UnsureFace[]> {
  const takenAt = after && new Date(after.takenAtMs);
  // Those of the same snapshot may follow it too.
  const older = after && { takenAt: { $lte: takenAt }, $or: [{ takenAt: { $lt: takenAt } }, { _id: { $lte: after.snapshotId } }] };
  const following: Document = after
    ? { $or: [{ takenAt: { $ne: takenAt } }, { _id: { $ne: after.snapshotId } }, { position: { $lt: after.position } }] }
    : {};
  const found = await sightings
    .aggregate(
      [
        // The first condition is that of the index.
        { $match: { 'faces.decision': 'uncertain', faces: { $elemMatch: unsure }, ...older } },
        { $sort: { takenAt: -1, _id: -1 } },
        // Of the snapshot after which to go on, there may be no face left.
        { $limit: limit + 1 },
        { $project: { 'faces.crop': 0, 'faces.embedding': 0, 'faces.evidence': 0 } },
        { $unwind: { path: '$faces', includeArrayIndex: 'position' } },
        { $match: { 'faces.decision': 'uncertain', 'faces.saidBy': null, 'faces.personId': { $type: 'string' } } },
        { $match: following },
        { $sort: { takenAt: -1, _id: -1, position: -1 } },
        { $limit: limit },
        {
          $project: {
            channel: 1,
            camera: 1,
            takenAt: 1,
            position: { $toInt: '$position' },
            personId: '$faces.personId',
            similarity: '$faces.similarity',
          },
        },
      ],
      { signal },
    )
    .toArray();
  return found.flatMap((document) => unsureSchema.safeParse(document).data ?? []);
}
