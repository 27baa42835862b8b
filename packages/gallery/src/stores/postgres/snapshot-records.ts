import { z } from 'zod';
import type { Postgres } from './connect.ts';
import { newRecord, recordConflict, recordKeepMs } from '../../records/new-record.ts';
import { recordBodySchema, type SnapshotRecord, type SnapshotRecords } from '../../records/snapshot-record.ts';

const rowSchema = z
  .object({ body: recordBodySchema, fingerprint: z.instanceof(Buffer).nullable() })
  .transform(({ body, fingerprint }): SnapshotRecord => ({ ...body, fingerprint: fingerprint && new Uint8Array(fingerprint) }));

/** Records in the table `watchpost.snapshots`, a row each. */
export function createPostgresSnapshotRecords({ query }: Postgres): SnapshotRecords {
  const get = async (snapshotId: string, signal: AbortSignal): Promise<SnapshotRecord | null> => {
    const { rows } = await query('SELECT body, fingerprint FROM watchpost.snapshots WHERE snapshot_id = $1', [snapshotId], signal);
    return rows.length === 0 ? null : rowSchema.parse(rows[0]);
  };

  return {
    open: async (job, signal) => {
      const fresh = newRecord(job);
      const { rowCount } = await query(
        `INSERT INTO watchpost.snapshots (snapshot_id, channel, camera, taken_at, expires_at, seen, revision, body)
         VALUES ($1, $2, $3, $4, now() + $5 * interval '1 millisecond', false, $6, $7) ON CONFLICT DO NOTHING`,
        [job.snapshotId, job.channel, job.camera, new Date(job.takenAtMs), recordKeepMs, fresh.revision, toBody(fresh)],
        signal,
      );
      return rowCount === 1 ? fresh : ((await get(job.snapshotId, signal)) ?? fresh);
    },
    get,
    save: async (record, signal) => {
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
        signal,
      );
      if (rowCount === 0) throw recordConflict(record.snapshotId);
      return next;
    },
    forgetFrames: async (beforeMs, signal) => {
      await query(
        'UPDATE watchpost.snapshots SET fingerprint = NULL WHERE fingerprint IS NOT NULL AND taken_at < $1',
        [new Date(beforeMs)],
        signal,
      );
    },
    recent: async ({ channel, camera }, limit, signal) => {
      const { rows } = await query(
        // Not IS NOT DISTINCT FROM: no index serves that.
        `SELECT body, fingerprint FROM watchpost.snapshots
         WHERE seen AND channel = $1 AND camera ${camera === null ? 'IS NULL' : '= $3'} ORDER BY taken_at DESC, snapshot_id DESC LIMIT $2`,
        camera === null ? [channel, limit] : [channel, limit, camera],
        signal,
      );
      return rows.map((row) => rowSchema.parse(row));
    },
  };
}

/** The fingerprint has a column of its own: JSON has no bytes. */
function toBody(record: SnapshotRecord): string {
  return JSON.stringify({ ...record, fingerprint: undefined });
}
