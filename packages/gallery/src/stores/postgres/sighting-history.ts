import { z } from 'zod';
import { sightingSchema } from '../../domain.ts';
import type { JudgedSnapshot, SightingHistory } from '../../records/sighting-history.ts';
import type { Postgres } from './connect.ts';

const { box, decision, personId, similarity, faceId, quality, sizePx, saidBy, evidence } = sightingSchema.shape;
const rowSchema = z.object({
  snapshot_id: z.string(),
  channel: z.string(),
  camera: z.string().nullable(),
  taken_at: z.date(),
  box,
  decision,
  person_id: personId,
  similarity,
  face_id: faceId,
  quality,
  size_px: sizePx,
  said_by: saidBy,
  // What a newer release decided by other rules is shown without it.
  evidence: evidence.catch(null),
});

/** Decisions of the past, from the tables of sightings. */
export function createPostgresSightingHistory({ query }: Postgres): SightingHistory {
  return {
    newest: async ({ channel, camera, fromMs }, limit, signal, after) => {
      const values: unknown[] = [limit, after ? new Date(after.takenAtMs) : 'infinity', after?.snapshotId ?? ''];
      const parameter = (value: unknown): string => `$${String(values.push(value))}`;
      const conditions = [
        '(taken_at, snapshot_id) < ($2::timestamptz, $3::text)',
        ...(channel === undefined ? [] : [`channel = ${parameter(channel)}`]),
        ...(camera === undefined ? [] : [camera === null ? 'camera IS NULL' : `camera = ${parameter(camera)}`]),
        ...(fromMs === undefined ? [] : [`taken_at >= ${parameter(new Date(fromMs))}`]),
      ];
      const { rows } = await query(
        `SELECT s.snapshot_id, channel, camera, s.taken_at, box, decision, person_id, similarity, face_id, quality, size_px, said_by, evidence
         FROM (SELECT snapshot_id, channel, camera, taken_at FROM watchpost.sightings WHERE ${conditions.join(' AND ')}
           ORDER BY taken_at DESC, snapshot_id DESC LIMIT $1) s
         JOIN watchpost.sighted_faces f USING (snapshot_id) ORDER BY s.taken_at DESC, s.snapshot_id DESC, position`,
        values,
        signal,
      );
      return gather(rows);
    },
  };
}

/** The snapshots of these rows; without those of which a face cannot be read: somebody edited it by hand. */
function gather(rows: readonly unknown[]): JudgedSnapshot[] {
  const found = new Map<string, JudgedSnapshot>();
  const unreadable = new Set<string>();
  for (const each of rows) {
    const { data: row } = rowSchema.safeParse(each);
    if (!row) {
      unreadable.add(z.object({ snapshot_id: z.string() }).parse(each).snapshot_id);
      continue;
    }
    const { snapshot_id: snapshotId, channel, camera } = row;
    const snapshot = found.get(snapshotId) ?? { snapshotId, channel, camera, takenAtMs: row.taken_at.getTime(), faces: [] };
    found.set(snapshotId, snapshot);
    const { box: place, decision: decided, similarity: alike, quality: clear, evidence: of } = row;
    const ids = { personId: row.person_id, faceId: row.face_id, saidBy: row.said_by };
    snapshot.faces.push({ box: place, decision: decided, similarity: alike, quality: clear, evidence: of, ...ids, sizePx: row.size_px });
  }
  return [...found.values()].filter(({ snapshotId }) => !unreadable.has(snapshotId));
}
