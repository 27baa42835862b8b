import { Binary, type Db, type Document } from 'mongodb';
import { z } from 'zod';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { newRecord, recordConflict, recordKeepMs } from '../../records/new-record.ts';
import { recordBodySchema, type SnapshotRecord, type SnapshotRecords } from '../../records/snapshot-record.ts';

const documentSchema = z.object({
  _id: z.string(),
  revision: z.number(),
  channel: z.string(),
  camera: z.string().nullable(),
  takenAt: z.date(),
  expiresAt: z.date(),
  /** It was looked at, and can be compared with: it has a sha256. */
  seen: z.boolean(),
  fingerprint: z.instanceof(Binary).nullable(),
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
      await snapshots.insertOne({ ...toDocument(fresh), expiresAt: new Date(Date.now() + recordKeepMs) });
      return fresh;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return (await get(job.snapshotId, signal)) ?? fresh;
    }
  };

  const save: SnapshotRecords['save'] = async (record) => {
    const next = { ...record, revision: record.revision + 1, updatedAtMs: Date.now() };
    const { _id, ...fields } = toDocument(next);
    const { matchedCount } = await snapshots.updateOne({ _id, revision: record.revision }, { $set: fields });
    if (matchedCount === 0) throw recordConflict(record.snapshotId);
    return next;
  };

  return {
    open: (job, signal) => guardMongo(() => open(job, signal), signal),
    get: (snapshotId, signal) => guardMongo(() => get(snapshotId, signal), signal),
    save: (record, signal) => guardMongo(() => save(record, signal), signal),
    forgetFrames: (beforeMs, signal) =>
      guardMongo(async () => {
        await snapshots.updateMany(
          { fingerprint: { $type: 'binData' }, takenAt: { $lt: new Date(beforeMs) } },
          { $set: { fingerprint: null } },
        );
      }, signal),
    recent: ({ channel, camera }, limit, signal) =>
      guardMongo(async () => {
        const found = await snapshots
          .find({ channel, camera, seen: true }, { signal })
          .sort({ takenAt: -1, _id: -1 })
          .limit(limit)
          .toArray();
        return found.map(toRecord);
      }, signal),
  };
}

function toDocument({ fingerprint, ...body }: SnapshotRecord): Omit<RecordDocument, 'expiresAt'> {
  return {
    _id: body.snapshotId,
    revision: body.revision,
    channel: body.job.channel,
    camera: body.job.camera,
    takenAt: new Date(body.job.takenAtMs),
    seen: body.sha256 !== null,
    fingerprint: fingerprint && new Binary(Buffer.from(fingerprint)),
    body,
  };
}

export async function ensureRecordIndexes(db: Db): Promise<void> {
  await guardMongo(() =>
    db.collection('snapshots').createIndexes([
      { key: { channel: 1, camera: 1, takenAt: -1 }, partialFilterExpression: { seen: true } },
      { key: { takenAt: 1 }, partialFilterExpression: { fingerprint: { $type: 'binData' } } },
      { key: { expiresAt: 1 }, expireAfterSeconds: 0 },
    ]),
  );
}
