import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Postgres } from './connect.ts';
import { newRecord, recordConflict, recordKeepMs } from '../../records/new-record.ts';
import { recordBodySchema, type SnapshotRecord, type SnapshotRecords } from '../../records/snapshot-record.ts';

const rowSchema = z
  .object({ body: recordBodySchema, fingerprint: z.instanceof(Buffer).nullable() })
  .transform(({ body, fingerprint }): SnapshotRecord => ({ ...body, fingerprint: fingerprint && new Uint8Array(fingerprint) }));

/** Records in the table `watchpost.snapshots`, a row each. */
export function createPostgresSnapshotRecords({ query }: Postgres): SnapshotRecords {
  const get = async (snapshotId: string): Promise<SnapshotRecord | null> => {
    const { rows } = await query('SELECT body, fingerprint FROM watchpost.snapshots WHERE snapshot_id = $1', [snapshotId]);
    return rows.length === 0 ? null : rowSchema.parse(rows[0]);
  };

  return {
    open: async (job, signal) => {
      throwIfAborted(signal);
      const fresh = newRecord(job);
      const { rowCount } = await query(
        `INSERT INTO watchpost.snapshots (snapshot_id, channel, camera, taken_at, expires_at, seen, revision, body)
         VALUES ($1, $2, $3, $4, $5, false, $6, $7) ON CONFLICT DO NOTHING`,
        [
          job.snapshotId,
          job.channel,
          job.camera,
          new Date(job.takenAtMs),
          new Date(Date.now() + recordKeepMs),
          fresh.revision,
          toBody(fresh),
        ],
      );
      return rowCount === 1 ? fresh : ((await get(job.snapshotId)) ?? fresh);
    },
    get: (snapshotId, signal) => {
      throwIfAborted(signal);
      return get(snapshotId);
    },
    save: async (record, signal) => {
      throwIfAborted(signal);
      const next = { ...record, revision: record.revision + 1, updatedAtMs: Date.now() };
      const { rowCount } = await query(
        'UPDATE watchpost.snapshots SET revision = $3, seen = $4, fingerprint = $5, body = $6 WHERE snapshot_id = $1 AND revision = $2',
        [
          record.snapshotId,
          record.revision,
          next.revision,
          next.sha256 !== null,
          next.fingerprint && Buffer.from(next.fingerprint),
          toBody(next),
        ],
      );
      if (rowCount === 0) throw recordConflict(record.snapshotId);
      return next;
    },
    forgetFrames: async (beforeMs, signal) => {
      throwIfAborted(signal);
      await query('UPDATE watchpost.snapshots SET fingerprint = NULL WHERE fingerprint IS NOT NULL AND taken_at < $1', [
        new Date(beforeMs),
      ]);
    },
    recent: async ({ channel, camera }, limit, signal) => {
      throwIfAborted(signal);
      const { rows } = await query(
        `SELECT body, fingerprint FROM watchpost.snapshots
         WHERE seen AND channel = $1 AND camera IS NOT DISTINCT FROM $2 ORDER BY taken_at DESC, snapshot_id DESC LIMIT $3`,
        [channel, camera, limit],
      );
      return rows.map((row) => rowSchema.parse(row));
    },
  };
}

/** The fingerprint has a column of its own: JSON has no bytes. */
function toBody(record: SnapshotRecord): string {
  return JSON.stringify({ ...record, fingerprint: undefined });
}
