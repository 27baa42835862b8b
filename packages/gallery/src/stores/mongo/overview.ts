import type { Db, Document } from 'mongodb';
import { z } from 'zod';
import type { SeenCounts, SightingOverview, UnsureFace } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections, type GalleryCollections } from './documents.ts';

const countSchema = z.object({ _id: z.string(), snapshots: z.number() });
/** Whatever a hand has put into a sighting: what cannot be read is not counted. */
const seenSchema = z.object({ quarters: z.array(z.unknown()), cameras: z.array(z.unknown()) });
const quarterSchema = z
  .object({ _id: z.date(), snapshots: z.number() })
  .transform(({ _id: at, snapshots }) => ({ atMs: at.getTime(), snapshots }));
const cameraSchema = z
  .object({ _id: z.object({ channel: z.string(), camera: z.string().nullable() }), snapshots: z.number() })
  .transform(({ _id: where, snapshots }) => ({ ...where, snapshots }));
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

const takenMs = { $toLong: '$takenAt' };
/** When the quarter of an hour began. ($dateTrunc came with MongoDB 5.) */
const quarter: Document = { $toDate: { $subtract: [takenMs, { $mod: [takenMs, 900_000] }] } };
const unsure = { decision: 'uncertain', saidBy: null, personId: { $type: 'string' } } as const;

/** Persons who are counted by one command of the database. */
const countedAtOnce = 100;

/** Of the documents of sightings, by the index on `persons` (persons-seen.ts): no document is read to count. */
export function createMongoOverview(db: Db): SightingOverview {
  const { sightings } = galleryCollections(db);

  return {
    counts: (personIds, signal) => guardMongo(async () => counts(sightings, personIds ?? (await everybody(sightings)), signal), signal),
    whenSeen: (personIds, signal) =>
      guardMongo(async () => {
        const found = await sightings
          .aggregate(
            [
              { $match: { persons: { $in: [...personIds] } } },
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
              {
                $facet: {
                  quarters: [{ $group: { _id: '$_id.at', snapshots: { $sum: '$snapshots' } } }],
                  cameras: [{ $group: { _id: { channel: '$_id.channel', camera: '$_id.camera' }, snapshots: { $sum: '$snapshots' } } }],
                },
              },
            ],
            { signal },
          )
          .toArray();
        const { quarters, cameras } = seenSchema.parse(found[0]);
        return {
          quarters: quarters.flatMap((each) => quarterSchema.safeParse(each).data ?? []),
          cameras: cameras.flatMap((each) => cameraSchema.safeParse(each).data ?? []),
        } satisfies SeenCounts;
      }, signal),
    unsure: (limit, signal, after) => guardMongo(() => newestUnsure(sightings, limit, signal, after), signal),
  };
}

/** From the index, a step for each. */
async function everybody(sightings: GalleryCollections['sightings']): Promise<string[]> {
  const found: unknown[] = await sightings.distinct('persons');
  return found.filter((id) => typeof id === 'string');
}

/** One after the other within the index: a group over all of it would read every document, because a list is in it. */
async function counts(
  sightings: GalleryCollections['sightings'],
  personIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  for (let from = 0; from < personIds.length; from += countedAtOnce) {
    const [first, ...others] = personIds
      .slice(from, from + countedAtOnce)
      .map((id): Document[] => [{ $match: { persons: id } }, { $group: { _id: { $literal: id }, snapshots: { $sum: 1 } } }]);
    if (!first) break;
    const union = others.map((pipeline) => ({ $unionWith: { coll: sightings.collectionName, pipeline } }));
    for (const document of await sightings.aggregate([...first, ...union], { signal }).toArray()) {
      const { data } = countSchema.safeParse(document);
      if (data) found.set(data._id, data.snapshots);
    }
  }
  return found;
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
