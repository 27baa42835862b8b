import { z } from 'zod';
import { personsSeen, sightingSchema, type LastSeen, type SnapshotSightings } from '../../domain.ts';
import type { SightingStore } from '../../store.ts';
import { fromBytea, toBytea, type Postgres } from './connect.ts';

const { box, decision, personId, similarity, faceId, modelId, quality, sizePx, saidBy, evidence } = sightingSchema.shape;
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
  model_id: modelId,
  quality,
  size_px: sizePx,
  said_by: saidBy,
  evidence,
  embedding: z.instanceof(Buffer).nullable(),
});

const lastSeenSchema = z.object({ person_id: z.string(), at: z.date(), channel: z.string(), camera: z.string().nullable() });
const recordedSchema = z.object({ stored: z.boolean() });
const idSchema = z.object({ snapshot_id: z.string() });
const cropSchema = z.object({ jpeg: z.instanceof(Buffer) });

/** Persons read at once; thousands of rows in one answer would keep the event loop. */
const pageRows = 500;

/** Sightings, one row for each snapshot and one for each face. `keepMs`: how long they are kept, by the database's clock. */
export function createPostgresSightings({ query }: Postgres, keepMs: number): SightingStore {
  const findAll = async (snapshotIds: readonly string[], signal: AbortSignal): Promise<SnapshotSightings[]> => {
    const { rows } = await query(
      `SELECT s.snapshot_id, channel, camera, s.taken_at, box, decision, person_id, similarity, face_id, model_id, quality, size_px, said_by,
         evidence, embedding
       FROM watchpost.sightings s JOIN watchpost.sighted_faces f USING (snapshot_id)
       WHERE s.snapshot_id = ANY($1) AND f.snapshot_id = ANY($1) ORDER BY s.taken_at DESC, s.snapshot_id DESC, position`,
      [snapshotIds],
      signal,
    );
    return gather(rows);
  };

  return {
    find: async (snapshotId, signal) => (await findAll([snapshotId], signal))[0] ?? null,
    findAll,
    record: async (seen, crops, signal) => {
      const row = {
        ...seen,
        keepMs,
        personIds: personsSeen(seen.faces),
        faces: seen.faces.map((face) => ({ ...face, embedding: toBytea(face.embedding).toString('base64') })),
        crops: crops.map(({ position, jpeg }) => ({ position, jpeg: Buffer.from(jpeg).toString('base64') })),
      };
      const { rows } = await query('SELECT watchpost.record_1($1) AS stored', [JSON.stringify(row)], signal);
      if (recordedSchema.parse(rows[0]).stored) return seen;
      return (await findAll([seen.snapshotId], signal))[0] ?? seen;
    },
    crop: async (snapshotId, position, signal) => {
      const { rows } = await query(
        'SELECT jpeg FROM watchpost.sighting_crops WHERE snapshot_id = $1 AND position = $2',
        [snapshotId, position],
        signal,
      );
      return rows.length === 0 ? null : new Uint8Array(cropSchema.parse(rows[0]).jpeg);
    },
    lastSeen: async (personIds, signal) => {
      const found = new Map<string, LastSeen>();
      for (let after: string | undefined = ''; after !== undefined;) {
        const { rows } = await query(
          `SELECT person_id, at, channel, camera FROM watchpost.last_seen
           WHERE person_id > $1 ${personIds ? 'AND person_id = ANY($2)' : ''} ORDER BY person_id LIMIT ${pageRows}`,
          personIds ? [after, personIds] : [after],
          signal,
        );
        const page = rows.map((row) => toLastSeen(row));
        for (const [id, seen] of page) found.set(id, seen);
        after = page.length < pageRows ? undefined : page.at(-1)?.[0];
      }
      return found;
    },
    ofPersons: async (personIds, limit, signal, after) => {
      // For each person the newest from the index: no sorting of all that was ever seen of them.
      const { rows } = await query(
        `SELECT snapshot_id FROM (
           SELECT DISTINCT n.taken_at, n.snapshot_id FROM unnest($1::text[]) AS p(id), LATERAL (
             SELECT DISTINCT ON (f.taken_at, f.snapshot_id) f.taken_at, f.snapshot_id FROM watchpost.sighted_faces f
             WHERE f.person_id = p.id AND (f.taken_at, f.snapshot_id) < ($3::timestamptz, $4::text) ORDER BY f.taken_at DESC, f.snapshot_id DESC LIMIT $2) n
         ) AS newest ORDER BY taken_at DESC, snapshot_id DESC LIMIT $2`,
        [personIds, limit, after ? new Date(after.takenAtMs) : 'infinity', after?.snapshotId ?? ''],
        signal,
      );
      return findAll(
        rows.map((row) => idSchema.parse(row).snapshot_id),
        signal,
      );
    },
  };
}

/** The snapshots of these rows; without those that somebody edited so that a face cannot be read. */
function gather(rows: readonly unknown[]): SnapshotSightings[] {
  const found = new Map<string, SnapshotSightings>();
  const unreadable = new Set<string>();
  for (const each of rows) {
    const { data: row } = rowSchema.safeParse(each);
    if (!row) {
      unreadable.add(idSchema.parse(each).snapshot_id);
      continue;
    }
    const { snapshot_id: snapshotId, channel, camera } = row;
    const snapshot = found.get(snapshotId) ?? { snapshotId, channel, camera, takenAtMs: row.taken_at.getTime(), faces: [] };
    found.set(snapshotId, snapshot);
    const { box, decision, similarity, quality, evidence } = row;
    const ids = { personId: row.person_id, faceId: row.face_id, modelId: row.model_id, saidBy: row.said_by };
    const embedding = fromBytea(row.embedding) ?? new Float32Array(0);
    snapshot.faces.push({ box, decision, similarity, quality, evidence, ...ids, sizePx: row.size_px, embedding });
  }
  return [...found.values()].filter(({ snapshotId }) => !unreadable.has(snapshotId));
}

function toLastSeen(row: unknown): [string, LastSeen] {
  const { person_id, at, channel, camera } = lastSeenSchema.parse(row);
  return [person_id, { atMs: at.getTime(), channel, camera }];
}
