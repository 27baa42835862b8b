import { z } from 'zod';
import type { SeenCounts, SightingOverview, UnsureFace } from '../../store.ts';
import { inSteps } from '../../memory/concurrency.ts';
import type { Postgres } from './connect.ts';

const countSchema = z.object({ person_id: z.string(), snapshots: z.coerce.number() });
/** Of a quarter of an hour, or of a camera, whose quarter is null. */
const seenSchema = z.object({
  at: z.coerce.number().nullable(),
  channel: z.string().nullable(),
  camera: z.string().nullable(),
  snapshots: z.coerce.number(),
});
const unsureSchema = z
  .object({
    snapshot_id: z.string(),
    channel: z.string(),
    camera: z.string().nullable(),
    taken_at: z.date(),
    position: z.number(),
    person_id: z.string(),
    similarity: z.number().nullable(),
  })
  .transform(({ snapshot_id: snapshotId, person_id: personId, taken_at, ...rest }): UnsureFace => {
    return { ...rest, snapshotId, personId, takenAtMs: taken_at.getTime() };
  });

/** The condition of an index (schema.ts): nothing else is read to count. */
const isSure = "person_id IS NOT NULL AND (decision <> 'uncertain' OR said_by IS NOT NULL)";

/** Of the rows of sighted faces. */
export function createPostgresOverview({ query }: Postgres): SightingOverview {
  return {
    counts: async (personIds, signal) => {
      const which = personIds ? 'AND person_id = ANY($1)' : '';
      const { rows } = await query(
        `SELECT person_id, count(*) AS snapshots FROM (
           SELECT person_id, snapshot_id FROM watchpost.sighted_faces WHERE ${isSure} ${which} GROUP BY person_id, snapshot_id
         ) AS seen GROUP BY person_id`,
        personIds ? [personIds] : [],
        signal,
      );
      const counts = new Map<string, number>();
      await inSteps(rows, (row) => {
        const { person_id, snapshots } = countSchema.parse(row);
        counts.set(person_id, snapshots);
      });
      return counts;
    },
    whenSeen: async (personIds, signal) => {
      const { rows } = await query(
        // LIMIT 1 makes it look up each snapshot by its key: the planner would read all sightings there are.
        `WITH counted AS MATERIALIZED (
           SELECT floor(extract(epoch FROM taken_at) / 900) * 900 AS at, channel, camera, count(*) AS snapshots
           FROM (
             SELECT snapshot_id FROM watchpost.sighted_faces WHERE person_id = ANY($1) AND ${isSure} GROUP BY snapshot_id
           ) seen CROSS JOIN LATERAL (
             SELECT taken_at, channel, camera FROM watchpost.sightings one WHERE one.snapshot_id = seen.snapshot_id LIMIT 1
           ) taken GROUP BY 1, 2, 3
         )
         SELECT at, NULL AS channel, NULL AS camera, sum(snapshots) AS snapshots FROM counted GROUP BY at
         UNION ALL SELECT NULL, channel, camera, sum(snapshots) FROM counted GROUP BY channel, camera`,
        [personIds],
        signal,
      );
      const seen: SeenCounts = { quarters: [], cameras: [] };
      for (const row of rows) {
        const { at, channel, camera, snapshots } = seenSchema.parse(row);
        if (channel === null) seen.quarters.push({ atMs: (at ?? 0) * 1_000, snapshots });
        else seen.cameras.push({ channel, camera, snapshots });
      }
      return seen;
    },
    unsure: async (limit, signal, after) => {
      const { rows } = await query(
        `SELECT f.snapshot_id, channel, camera, f.taken_at, position, person_id, similarity
         FROM (
           SELECT * FROM watchpost.sighted_faces
           WHERE decision = 'uncertain' AND said_by IS NULL AND person_id IS NOT NULL
             AND (taken_at, snapshot_id, position) < ($2::timestamptz, $3::text, $4::int)
           ORDER BY taken_at DESC, snapshot_id DESC, position DESC LIMIT $1) f JOIN watchpost.sightings USING (snapshot_id)
         ORDER BY f.taken_at DESC, f.snapshot_id DESC, position DESC`,
        [limit, after ? new Date(after.takenAtMs) : 'infinity', after?.snapshotId ?? '', after?.position ?? 0],
        signal,
      );
      return rows.map((row) => unsureSchema.parse(row));
    },
  };
}
