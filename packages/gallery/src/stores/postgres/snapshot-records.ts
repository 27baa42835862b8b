import { z } from 'zod';
import type { Postgres } from './connect.ts';
import { isInProgress, newRecord, recordConflict, recordKeepMs, wasLookedAt } from '../../records/new-record.ts';
import { snapshotOutcomeSchema, type OutcomeCount } from '../../records/snapshot-outcome.ts';
import {
  inProgressMs,
  mostInProgress,
  recordBodySchema,
  type Frame,
  type SnapshotRecord,
  type SnapshotRecords,
} from '../../records/snapshot-record.ts';

const rowSchema = z
  .object({ body: recordBodySchema, fingerprint: z.instanceof(Buffer).nullable() })
  .transform(({ body, fingerprint }): SnapshotRecord => ({ ...body, fingerprint: fingerprint && new Uint8Array(fingerprint) }));

const frameSchema = z
  .object({ snapshot_id: z.string(), taken_at: z.date(), fingerprint: z.instanceof(Buffer), look: recordBodySchema.shape.look })
  .transform(({ snapshot_id: snapshotId, taken_at, fingerprint, look }): Frame => ({
    snapshotId,
    takenAtMs: taken_at.getTime(),
    fingerprint: new Uint8Array(fingerprint),
    look,
  }));

const outcomeSchema = z
  .object({ channel: z.string(), camera: z.string().nullable(), outcome: snapshotOutcomeSchema, snapshots: z.coerce.number() })
  .transform((counted): OutcomeCount => counted);
const takenSchema = z.object({ taken_at: z.date() });

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
        `UPDATE watchpost.snapshots
         SET revision = $3, seen = $4, fingerprint = $5, body = $6, in_progress_at = CASE WHEN $7 THEN clock_timestamp() END,
           outcome = $8, outcome_at = $9
         WHERE snapshot_id = $1 AND revision = $2`,
        [
          record.snapshotId,
          record.revision,
          next.revision,
          wasLookedAt(next),
          next.fingerprint && Buffer.from(next.fingerprint),
          toBody(next),
          isInProgress(next),
          next.outcome,
          next.outcomeAtMs === null ? null : new Date(next.outcomeAtMs),
        ],
        signal,
      );
      if (rowCount === 0) throw recordConflict(record.snapshotId);
      return next;
    },
    forgetFrames: async (beforeMs, signal) => {
      await query(
        `UPDATE watchpost.snapshots SET fingerprint = NULL
         WHERE fingerprint IS NOT NULL AND taken_at < $1 AND (body->>'updatedAtMs')::numeric < $2`,
        [new Date(beforeMs), beforeMs],
        signal,
      );
    },
    frames: async ({ channel, camera, fromMs, toMs }, limit, signal) => {
      const range = `channel = $1 AND taken_at BETWEEN $2 AND $3 AND fingerprint IS NOT NULL ${camera === null ? '' : 'AND camera = $7'}`;
      const { rows } = await query(
        // Earlier releases counted what repeats another frame, or failed, as seen.
        `(SELECT snapshot_id, taken_at, fingerprint, NULL AS look FROM watchpost.snapshots
          WHERE seen AND ${range} AND body->>'state' NOT IN ('nothing-new', 'failed') ORDER BY taken_at DESC, snapshot_id DESC LIMIT $4)
         UNION ALL
         (SELECT snapshot_id, taken_at, fingerprint, body->>'look' FROM watchpost.snapshots
          WHERE in_progress_at > clock_timestamp() - $5 * interval '1 millisecond' AND ${range} ORDER BY taken_at LIMIT $6)`,
        [channel, new Date(fromMs), new Date(toMs), limit, inProgressMs, mostInProgress, ...(camera === null ? [] : [camera])],
        signal,
      );
      return rows.map((row) => frameSchema.parse(row));
    },
    outcomes: async ({ fromMs, toMs }, signal) => {
      const { rows } = await query(
        `SELECT channel, camera, outcome, count(*) AS snapshots FROM watchpost.snapshots
         WHERE outcome IS NOT NULL AND outcome_at >= $1 AND outcome_at < $2 GROUP BY channel, camera, outcome`,
        [new Date(fromMs), new Date(toMs)],
        signal,
      );
      return rows.map((row) => outcomeSchema.parse(row));
    },
    ofPersons: async (personIds, after, limit, signal) => {
      const { rows } = await query(
        `SELECT body, fingerprint FROM watchpost.snapshots
         WHERE jsonb_path_query_array(body, '$.faces[*].personId') ?| $1 AND snapshot_id > $2 ORDER BY snapshot_id LIMIT $3`,
        [personIds, after, limit],
        signal,
      );
      return rows.map((row) => rowSchema.parse(row));
    },
    newest: async (channel, beforeMs, signal) => {
      const { rows } = await query(
        'SELECT taken_at FROM watchpost.snapshots WHERE channel = $1 AND taken_at < $2 ORDER BY taken_at DESC LIMIT 1',
        [channel, new Date(beforeMs)],
        signal,
      );
      return rows.length === 0 ? null : takenSchema.parse(rows[0]).taken_at.getTime();
    },
  };
}

/** The fingerprint has a column of its own: JSON has no bytes. */
function toBody(record: SnapshotRecord): string {
  return JSON.stringify({ ...record, fingerprint: undefined });
}
