import { Binary, MongoClient, type Db, type Document } from 'mongodb';
import type { Filling } from './fill.ts';
import { cameras, channel, cropEvery, modelId, plannedEvidence, spanMs, spread, uncertainEvery, withEvidence } from './planned.ts';

interface Keyed extends Document {
  _id: string;
}
const quick = { ordered: false, writeConcern: { w: 1, journal: false } } as const;
const atOnce = 2_000;
/** Sightings that one command of the database makes. */
const sightingsAtOnce = 100_000;

/** Fills MongoDB; it makes the sightings itself. */
export async function fillMongo(url: string, filling: Filling): Promise<void> {
  const client = new MongoClient(url);
  try {
    const db = client.db();
    await fillPersons(db, filling);
    await fillFaces(db, filling);
    if (filling.sizes.people > 0 && filling.sizes.sightings > 0) await fillSightings(db, filling);
    await fillRecords(db, filling);
    await db
      .collection<Keyed>('gallery')
      .updateOne({ _id: 'gallery' }, { $set: { version: filling.sizes.changes + 1, nextNumber: filling.sizes.people + 1 } });
  } finally {
    await client.close();
  }
}

async function insertAll(db: Db, collection: string, documents: readonly Keyed[]): Promise<void> {
  for (let from = 0; from < documents.length; from += atOnce)
    await db.collection<Keyed>(collection).insertMany(documents.slice(from, from + atOnce), quick);
}

async function fillPersons(db: Db, { persons }: Filling): Promise<void> {
  await insertAll(
    db,
    'persons',
    persons.map(({ id, createdAtMs, ...rest }) => {
      const { name, number, aliases, ignored, mergedInto, deleted } = rest;
      // As `own` of the store: otherwise each counts as edited by hand.
      const own = { name, number, aliases, ignored, mergedInto, deleted };
      return { _id: id, ...rest, mergedAt: null, createdAt: new Date(createdAtMs), version: 1, own };
    }),
  );
}

async function fillFaces(db: Db, { faces }: Filling): Promise<void> {
  for (const batch of faces()) {
    await insertAll(
      db,
      'faces',
      batch.map(({ id, crop: _crop, embedding, createdAtMs, ...rest }) => {
        return {
          _id: id,
          ...rest,
          embedding: Binary.fromFloat32Array(embedding),
          createdAt: new Date(createdAtMs),
          deleted: false,
          version: 1,
        };
      }),
    );
    await insertAll(
      db,
      'face_crops',
      batch.map(({ id, crop }) => ({ _id: id, jpeg: new Binary(crop), version: 1 })),
    );
  }
}

const eight = (value: Document | string): Document => {
  const text = { $concat: ['0000000', { $toString: { $toLong: value } }] };
  return { $substrBytes: [text, { $subtract: [{ $strLenBytes: text }, 8] }, 8] };
};
const oneOf = (list: readonly unknown[], index: Document | string): Document => ({
  $arrayElemAt: [{ $literal: list }, { $toInt: { $mod: [index, list.length] } }],
});

async function fillSightings(db: Db, { sizes, nowMs, crops, vectors, unsure }: Filling): Promise<void> {
  const { people, sightings } = sizes;
  const share = { $divide: [{ $mod: [{ $multiply: [{ $toLong: '$i' }, spread.multiplier] }, spread.modulus] }, spread.modulus] };
  const takenAt = { $toDate: { $toLong: { $floor: { $subtract: [nowMs, { $divide: [{ $multiply: [spanMs, '$i'] }, sightings] }] } } } };
  const isUncertain = { $eq: [{ $mod: ['$i', uncertainEvery] }, 5] };
  const face = {
    box: { $literal: { x: 400, y: 200, width: 120, height: 150 } },
    decision: { $cond: [isUncertain, 'uncertain', { $cond: [{ $eq: [{ $mod: ['$p', 5] }, 3] }, 'unknown', 'match'] }] },
    personId: { $concat: [eight('$p'), '-0000-4000-8000-000000000000'] },
    similarity: { $add: [0.55, { $divide: [{ $mod: ['$i', 40] }, 100] }] },
    faceId: { $concat: [eight('$p'), '-0001-4000-8000-000000000000'] },
    modelId: { $literal: modelId },
    quality: { $add: [0.5, { $divide: [{ $mod: ['$i', 50] }, 100] }] },
    sizePx: { $add: [40, { $mod: ['$i', 160] }] },
    saidBy: { $literal: null },
    evidence: { $cond: [{ $lt: ['$i', withEvidence] }, { $literal: plannedEvidence }, null] },
    embedding: oneOf(
      vectors.map((vector) => Binary.fromFloat32Array(vector)),
      '$i',
    ),
    version: { $literal: 1 },
    crop: {
      $cond: [
        { $and: [{ $eq: [{ $mod: ['$i', cropEvery] }, 0] }, { $lt: ['$i', 200_000] }] },
        oneOf(
          crops.map((crop) => new Binary(crop)),
          '$p',
        ),
        '$$REMOVE',
      ],
    },
  };
  const seed = db.collection<Keyed>('fill_seed');
  await seed.insertOne({ _id: 'one' });
  for (let from = 0; from < sightings; from += sightingsAtOnce) {
    const to = Math.min(from + sightingsAtOnce, sightings);
    await seed
      .aggregate([
        { $project: { i: { $range: [from, to] } } },
        { $unwind: '$i' },
        { $set: { p: { $floor: { $multiply: [people, { $pow: [share, 2] }] } } } },
        {
          $project: {
            _id: { $concat: ['fill-', eight('$i')] },
            channel: { $literal: channel },
            camera: oneOf(cameras, '$i'),
            takenAt,
            recordedAt: takenAt,
            expiresAt: { $add: [takenAt, 30 * 86_400_000] },
            faces: [face],
            persons: { $cond: [isUncertain, [], [face.personId]] },
          },
        },
        { $merge: { into: 'sightings', whenMatched: 'fail', whenNotMatched: 'insert' } },
      ])
      .toArray();
  }
  await seed.drop();
  const withVectors = unsure.map(({ snapshotId, embedding }) => {
    return { updateOne: { filter: { _id: snapshotId }, update: { $set: { 'faces.0.embedding': Binary.fromFloat32Array(embedding) } } } };
  });
  if (withVectors.length > 0) await db.collection<Keyed>('sightings').bulkWrite(withVectors, quick);
  await fillLastSeen(db);
}

async function fillLastSeen(db: Db): Promise<void> {
  await db
    .collection('sightings')
    .aggregate([
      { $sort: { 'faces.personId': 1, takenAt: -1, _id: -1 } },
      { $match: { 'faces.decision': { $ne: 'uncertain' } } },
      { $project: { personId: { $arrayElemAt: ['$faces.personId', 0] }, takenAt: 1, channel: 1, camera: 1 } },
      { $group: { _id: '$personId', at: { $first: '$takenAt' }, channel: { $first: '$channel' }, camera: { $first: '$camera' } } },
      { $merge: { into: 'last_seen' } },
    ])
    .toArray();
}

async function fillRecords(db: Db, { records, entries }: Filling): Promise<void> {
  await insertAll(
    db,
    'snapshots',
    records.map((body) => ({
      _id: body.snapshotId,
      revision: body.revision,
      channel: body.job.channel,
      camera: body.job.camera,
      takenAt: new Date(body.job.takenAtMs),
      expiresAt: new Date(Date.now() + 30 * 86_400_000),
      seen: true,
      inProgressAt: null,
      fingerprint: null,
      outcome: body.outcome,
      outcomeAt: body.outcomeAtMs === null ? null : new Date(body.outcomeAtMs),
      body,
    })),
  );
  await insertAll(
    db,
    'audit',
    entries.map(({ id, atMs, ...entry }) => ({ ...entry, _id: id, at: new Date(atMs) })),
  );
}
