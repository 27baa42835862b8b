import { Binary, type Collection, type Db, type Document, type IndexDescription } from 'mongodb';
import { z } from 'zod';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { isInProgress, newRecord, recordConflict, recordKeepMs, wasLookedAt } from '../../records/new-record.ts';
import { snapshotOutcomeSchema, type OutcomeCount, type OutcomeRange } from '../../records/snapshot-outcome.ts';
import {
  inProgressMs,
  mostInProgress,
  recordBodySchema,
  type Frame,
  type SnapshotRecord,
  type SnapshotRecords,
} from '../../records/snapshot-record.ts';

const documentSchema = z.object({
  _id: z.string(),
  revision: z.number(),
  channel: z.string(),
  camera: z.string().nullable(),
  takenAt: z.date(),
  /** Absent: an earlier release opened it. */
  recordedAt: z.date().exactOptional(),
  expiresAt: z.date(),
  /** Its faces were recognised: later frames are compared with it. */
  seen: z.boolean(),
  /** When it was last written while in progress. */
  inProgressAt: z.date().nullish(),
  fingerprint: z.instanceof(Binary).nullable(),
  outcome: snapshotOutcomeSchema.nullish(),
  outcomeAt: z.date().nullish(),
  body: recordBodySchema,
});
type RecordDocument = z.infer<typeof documentSchema>;

function toRecord(document: Document): SnapshotRecord {
  const { body, fingerprint } = documentSchema.parse(document);
  return { ...body, fingerprint: fingerprint && toBytes(fingerprint) };
}

function toBytes(binary: Binary): Uint8Array {
  return new Uint8Array(binary.buffer.subarray(0, binary.length()));
}

const frameSchema = z
  .object({ _id: z.string(), takenAt: z.date(), fingerprint: z.instanceof(Binary), body: recordBodySchema.pick({ look: true }) })
  .transform(({ _id, takenAt, fingerprint, body }): Frame => ({
    snapshotId: _id,
    takenAtMs: takenAt.getTime(),
    fingerprint: toBytes(fingerprint),
    look: body.look,
  }));
const frameFields = { takenAt: 1, fingerprint: 1, 'body.look': 1 };

const outcomeSchema = z
  .object({
    _id: z.object({ channel: z.string(), camera: z.string().nullable(), outcome: snapshotOutcomeSchema }),
    snapshots: z.number(),
  })
  .transform(({ _id, snapshots }): OutcomeCount => ({ ..._id, snapshots }));

/** Records in the collection `snapshots`, one document each. */
export function createMongoSnapshotRecords(db: Db): SnapshotRecords {
  const snapshots = db.collection<RecordDocument>('snapshots');

  const get = async (snapshotId: string, signal: AbortSignal): Promise<SnapshotRecord | null> => {
    const found: Document | null = await snapshots.findOne({ _id: snapshotId }, { signal });
    return found && toRecord(found);
  };

  const open: SnapshotRecords['open'] = async (job, signal) => {
    const fresh = newRecord(job);
    try {
      await snapshots.insertOne({
        ...toDocument(fresh),
        recordedAt: new Date(),
        expiresAt: new Date(Date.now() + recordKeepMs),
      });
      return fresh;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await get(job.snapshotId, signal)) ?? fresh;
    }
  };

  const save: SnapshotRecords['save'] = async (record) => {
    const next = { ...record, revision: record.revision + 1, updatedAtMs: Date.now() };
    const { _id, ...fields } = toDocument(next);
    const { matchedCount } = await snapshots.updateOne(
      { _id, revision: record.revision },
      isInProgress(next) ? { $set: fields, $currentDate: { inProgressAt: true } } : { $set: { ...fields, inProgressAt: null } },
    );
    if (matchedCount === 0) throw recordConflict(record.snapshotId);
    return next;
  };

  const frames: SnapshotRecords['frames'] = async ({ channel, camera, fromMs, toMs }, limit, signal) => {
    const range = {
      channel,
      ...(camera !== null && { camera }),
      takenAt: { $gte: new Date(fromMs), $lte: new Date(toMs) },
      fingerprint: { $type: 'binData' as const },
    };
    // In this order: what is recognised between the two is found by the second.
    const inProgress = await snapshots
      .find(
        { ...range, inProgressAt: { $type: 'date' }, $expr: { $gt: ['$inProgressAt', { $subtract: ['$$NOW', inProgressMs] }] } },
        { signal },
      )
      .sort({ takenAt: 1 })
      .limit(mostInProgress)
      .project(frameFields)
      .toArray();
    const lookedAt = await snapshots
      // Earlier releases counted what repeats another frame, or failed, as seen.
      .find({ ...range, seen: true, 'body.state': { $nin: ['nothing-new', 'failed'] } }, { signal })
      .sort({ takenAt: -1, _id: -1 })
      .limit(limit)
      .project(frameFields)
      .toArray();
    return [...lookedAt, ...inProgress].map((document) => frameSchema.parse(document));
  };

  const newest: SnapshotRecords['newest'] = async (channel, beforeMs, signal) => {
    const found = await snapshots
      .find({ channel, takenAt: { $lt: new Date(beforeMs) } }, { signal, projection: { takenAt: 1 } })
      .sort({ takenAt: -1, _id: -1 })
      .limit(1)
      .toArray();
    return found[0]?.takenAt.getTime() ?? null;
  };

  return {
    open: (job, signal) => guardMongo(() => open(job, signal), signal),
    get: (snapshotId, signal) => guardMongo(() => get(snapshotId, signal), signal),
    save: (record, signal) => guardMongo(() => save(record, signal), signal),
    forgetFrames: (beforeMs, signal) =>
      guardMongo(async () => {
        await snapshots.updateMany(
          { fingerprint: { $type: 'binData' }, takenAt: { $lt: new Date(beforeMs) }, 'body.updatedAtMs': { $lt: beforeMs } },
          { $set: { fingerprint: null } },
        );
      }, signal),
    frames: (range, limit, signal) => guardMongo(() => frames(range, limit, signal), signal),
    outcomes: (range, signal) => guardMongo(() => countOutcomes(snapshots, range, signal), signal),
    ofPersons: (personIds, after, limit, signal) =>
      guardMongo(async () => {
        const which = { 'body.faces.personId': { $in: [...personIds] }, _id: { $gt: after } };
        return (await snapshots.find(which, { signal }).sort({ _id: 1 }).limit(limit).toArray()).map(toRecord);
      }, signal),
    newest: (channel, beforeMs, signal) => guardMongo(() => newest(channel, beforeMs, signal), signal),
  };
}

/** `SnapshotRecords.outcomes`. */
async function countOutcomes(
  snapshots: Collection<RecordDocument>,
  { fromMs, toMs }: OutcomeRange,
  signal: AbortSignal,
): Promise<OutcomeCount[]> {
  const counted = await snapshots
    .aggregate(
      [
        { $match: { outcome: { $type: 'string' }, outcomeAt: { $gte: new Date(fromMs), $lt: new Date(toMs) } } },
        { $group: { _id: { channel: '$channel', camera: '$camera', outcome: '$outcome' }, snapshots: { $sum: 1 } } },
      ],
      { signal },
    )
    .toArray();
  return counted.map((each) => outcomeSchema.parse(each));
}

function toDocument({ fingerprint, ...body }: SnapshotRecord): Omit<RecordDocument, 'expiresAt' | 'inProgressAt' | 'recordedAt'> {
  return {
    _id: body.snapshotId,
    revision: body.revision,
    channel: body.job.channel,
    camera: body.job.camera,
    takenAt: new Date(body.job.takenAtMs),
    seen: wasLookedAt(body),
    fingerprint: fingerprint && new Binary(Buffer.from(fingerprint)),
    outcome: body.outcome,
    outcomeAt: body.outcomeAtMs === null ? null : new Date(body.outcomeAtMs),
    body,
  };
}

/** The indexes for the queries and expiry dates of records. */
export const recordIndexes: IndexDescription[] = [
  { key: { channel: 1, camera: 1, takenAt: -1 }, partialFilterExpression: { seen: true } },
  { key: { channel: 1, takenAt: -1 }, partialFilterExpression: { seen: true } },
  // With other keys than the one before: early servers have one index for the same keys.
  { key: { channel: 1, takenAt: -1, _id: -1 } },
  { key: { channel: 1, inProgressAt: 1 }, partialFilterExpression: { inProgressAt: { $type: 'date' } } },
  { key: { takenAt: 1 }, partialFilterExpression: { fingerprint: { $type: 'binData' } } },
  // Counting reads nothing but the index.
  { key: { outcomeAt: 1, outcome: 1, channel: 1, camera: 1 }, partialFilterExpression: { outcome: { $type: 'string' } } },
  { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
  { key: { recordedAt: 1, takenAt: 1 } },
  // So that a person who is forgotten is found.
  { key: { 'body.faces.personId': 1 }, sparse: true },
];

export async function ensureRecordIndexes(db: Db): Promise<void> {
  await guardMongo(() => db.collection('snapshots').createIndexes(recordIndexes));
}
