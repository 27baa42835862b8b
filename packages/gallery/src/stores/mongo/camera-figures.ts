import type { Db, Document } from 'mongodb';
import { z } from 'zod';
import type { CameraFigures, CameraName, LatestSnapshot, MeasuredSnapshot, TimedOutcomeCount } from '../../records/camera-figures.ts';
import { snapshotOutcomeSchema } from '../../records/snapshot-outcome.ts';
import { recordBodySchema } from '../../records/snapshot-record.ts';
import { guardMongo } from './connect.ts';

const nameSchema = z.object({ channel: z.string(), camera: z.string().nullable() });

const timedSchema = z
  .object({ _id: nameSchema.extend({ outcome: snapshotOutcomeSchema, slot: z.number() }), snapshots: z.number() })
  .transform(({ _id, snapshots }): TimedOutcomeCount => ({ ..._id, snapshots }));

const latestSchema = nameSchema
  .extend({ _id: z.string(), takenAt: z.date(), outcome: snapshotOutcomeSchema.nullish(), outcomeAt: z.date().nullish() })
  .transform(({ _id, takenAt, outcome, outcomeAt, ...name }): LatestSnapshot => ({
    ...name,
    snapshotId: _id,
    takenAtMs: takenAt.getTime(),
    outcome: outcome ?? null,
    outcomeAtMs: outcomeAt?.getTime() ?? null,
  }));

const measuredSchema = z
  .object({ _id: z.string(), body: recordBodySchema.pick({ width: true, height: true, faces: true }) })
  .transform(({ _id, body: { width, height, faces } }): MeasuredSnapshot => ({
    snapshotId: _id,
    width,
    height,
    faces: (faces ?? []).map(({ box, sizePx }) => ({ box, sizePx: sizePx ?? null })),
  }));

/** What the collection of records tells of cameras. */
export function createMongoCameraFigures(db: Db): CameraFigures {
  const snapshots = db.collection<Document & { _id: string }>('snapshots');

  // A step of the index for each camera: to group them would read all of it.
  const cameras = async (limit: number, signal: AbortSignal): Promise<CameraName[]> => {
    const found: CameraName[] = [];
    for (let after: Document = {}; found.length < limit;) {
      const next = await snapshots
        .find({ seen: true, ...after }, { signal, projection: { channel: 1, camera: 1 } })
        .sort({ channel: 1, camera: 1 })
        .limit(1)
        .toArray();
      if (!next[0]) break;
      const name = nameSchema.parse(next[0]);
      found.push(name);
      // Null comes before all names.
      const later = name.camera === null ? { $type: 'string' } : { $gt: name.camera };
      after = { $or: [{ channel: name.channel, camera: later }, { channel: { $gt: name.channel } }] };
    }
    return found;
  };

  return {
    cameras: (limit, signal) => guardMongo(() => cameras(limit, signal), signal),
    byTime: ({ fromMs, toMs, everyMs }, signal) =>
      guardMongo(async () => {
        const from = new Date(fromMs);
        const slot = { $floor: { $divide: [{ $subtract: ['$outcomeAt', from] }, everyMs] } };
        const counted = await snapshots
          .aggregate(
            [
              { $match: { outcome: { $type: 'string' }, outcomeAt: { $gte: from, $lt: new Date(toMs) } } },
              { $group: { _id: { channel: '$channel', camera: '$camera', outcome: '$outcome', slot }, snapshots: { $sum: 1 } } },
            ],
            { signal },
          )
          .toArray();
        return counted.map((each) => timedSchema.parse(each));
      }, signal),
    latest: (names, each, signal) =>
      guardMongo(async () => {
        const [first, ...others] = names.map(({ channel, camera }): Document[] => [
          { $match: { channel, camera, seen: true } },
          { $sort: { takenAt: -1 } },
          { $limit: each },
          { $project: { channel: 1, camera: 1, takenAt: 1, outcome: 1, outcomeAt: 1 } },
        ]);
        if (!first) return [];
        const union = others.map((pipeline) => ({ $unionWith: { coll: 'snapshots', pipeline } }));
        const found = await snapshots.aggregate([...first, ...union], { signal }).toArray();
        return found.map((document) => latestSchema.parse(document));
      }, signal),
    faces: ({ channel, camera }, count, signal) =>
      guardMongo(async () => {
        const found = await snapshots
          .find(
            { channel, camera, seen: true, 'body.faces.0': { $exists: true } },
            { signal, projection: { 'body.width': 1, 'body.height': 1, 'body.faces': 1 } },
          )
          .sort({ takenAt: -1 })
          .limit(count)
          .toArray();
        return found.flatMap((document) => measuredSchema.safeParse(document).data ?? []);
      }, signal),
  };
}
