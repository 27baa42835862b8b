import { z } from 'zod';
import type { CameraFigures, CameraName, LatestSnapshot, MeasuredSnapshot, TimedOutcomeCount } from '../../records/camera-figures.ts';
import { snapshotOutcomeSchema } from '../../records/snapshot-outcome.ts';
import { recordBodySchema } from '../../records/snapshot-record.ts';
import type { Postgres } from './connect.ts';

const nameSchema = z.object({ channel: z.string(), camera: z.string().nullable() });

const timedSchema = nameSchema
  .extend({ outcome: snapshotOutcomeSchema, slot: z.coerce.number(), snapshots: z.coerce.number() })
  .transform((counted): TimedOutcomeCount => counted);

const latestSchema = nameSchema
  .extend({ snapshot_id: z.string(), taken_at: z.date(), outcome: snapshotOutcomeSchema.nullable(), outcome_at: z.date().nullable() })
  .transform(({ channel, camera, snapshot_id, taken_at, outcome, outcome_at }): LatestSnapshot => ({
    channel,
    camera,
    snapshotId: snapshot_id,
    takenAtMs: taken_at.getTime(),
    outcome,
    outcomeAtMs: outcome_at?.getTime() ?? null,
  }));

const { width, height, faces: facesSchema } = recordBodySchema.shape;
const measuredSchema = z
  .object({ snapshot_id: z.string(), width, height, faces: facesSchema })
  .transform(({ snapshot_id: snapshotId, faces, ...size }): MeasuredSnapshot => ({
    ...size,
    snapshotId,
    faces: (faces ?? []).map(({ box, sizePx }) => ({ box, sizePx: sizePx ?? null })),
  }));

/** What the table of records tells of cameras. */
export function createPostgresCameraFigures({ query }: Postgres): CameraFigures {
  return {
    cameras: async (limit, signal): Promise<CameraName[]> => {
      // A step of the index for each camera: DISTINCT would read all of it. Null comes after all names.
      const { rows } = await query(
        `WITH RECURSIVE c AS (
           (SELECT channel, camera, 1 AS place FROM watchpost.snapshots WHERE seen ORDER BY channel, camera LIMIT 1)
           UNION ALL
           SELECT n.channel, n.camera, c.place + 1 FROM c, LATERAL (
             (SELECT channel, camera FROM watchpost.snapshots WHERE seen AND channel = c.channel AND camera > c.camera ORDER BY camera LIMIT 1)
             UNION ALL
             (SELECT channel, camera FROM watchpost.snapshots WHERE seen AND channel = c.channel AND camera IS NULL AND c.camera IS NOT NULL LIMIT 1)
             UNION ALL
             (SELECT channel, camera FROM watchpost.snapshots WHERE seen AND channel > c.channel ORDER BY channel, camera LIMIT 1)
             LIMIT 1) n
           WHERE c.place < $1)
         SELECT channel, camera FROM c`,
        [limit],
        signal,
      );
      return rows.map((row) => nameSchema.parse(row));
    },
    byTime: async ({ fromMs, toMs, everyMs }, signal) => {
      const { rows } = await query(
        `SELECT channel, camera, outcome, floor(extract(epoch FROM outcome_at - $1) * 1000 / $3) AS slot, count(*) AS snapshots
         FROM watchpost.snapshots WHERE outcome IS NOT NULL AND outcome_at >= $1 AND outcome_at < $2 GROUP BY 1, 2, 3, 4`,
        [new Date(fromMs), new Date(toMs), everyMs],
        signal,
      );
      return rows.map((row) => timedSchema.parse(row));
    },
    latest: async (cameras, each, signal) => {
      const { rows } = await query(
        `SELECT n.* FROM unnest($1::text[], $2::text[]) AS c(channel, camera), LATERAL (
           (SELECT s.snapshot_id, s.channel, s.camera, s.taken_at, s.outcome, s.outcome_at FROM watchpost.snapshots s
            WHERE s.seen AND s.channel = c.channel AND s.camera = c.camera ORDER BY s.taken_at DESC LIMIT $3)
           UNION ALL
           (SELECT s.snapshot_id, s.channel, s.camera, s.taken_at, s.outcome, s.outcome_at FROM watchpost.snapshots s
            WHERE c.camera IS NULL AND s.seen AND s.channel = c.channel AND s.camera IS NULL ORDER BY s.taken_at DESC LIMIT $3)) n`,
        [cameras.map(({ channel }) => channel), cameras.map(({ camera }) => camera), each],
        signal,
      );
      return rows.map((row) => latestSchema.parse(row));
    },
    faces: async ({ channel, camera }, count, signal) => {
      const { rows } = await query(
        `SELECT snapshot_id, (body->>'width')::float8 AS width, (body->>'height')::float8 AS height, body->'faces' AS faces
         FROM watchpost.snapshots WHERE seen AND channel = $1 AND ${camera === null ? 'camera IS NULL' : 'camera = $3'}
           AND jsonb_typeof(body->'faces') = 'array' AND body->'faces' <> '[]'::jsonb ORDER BY taken_at DESC LIMIT $2`,
        camera === null ? [channel, count] : [channel, count, camera],
        signal,
      );
      return rows.flatMap((row) => measuredSchema.safeParse(row).data ?? []);
    },
  };
}
