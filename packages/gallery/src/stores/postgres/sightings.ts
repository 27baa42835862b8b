import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import { personsSeen, sightingSchema, type LastSeen, type Sighting, type SnapshotSightings } from '../../domain.ts';
import type { SightingStore } from '../../store.ts';
import { fromBytea, toBytea, type Postgres, type Query } from './connect.ts';

const { box, decision, personId, similarity, faceId, modelId, quality, sizePx } = sightingSchema.shape;
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
  embedding: z.instanceof(Buffer).nullable(),
});
type Row = z.infer<typeof rowSchema>;

const lastSeenSchema = z.object({ person_id: z.string(), at: z.date(), channel: z.string(), camera: z.string().nullable() });

/** Sightings, one row for each snapshot and one for each face. `keepMs`: how long they are kept. */
export function createPostgresSightings({ query, transaction }: Postgres, keepMs: number): SightingStore {
  const find = async (snapshotIds: readonly string[]): Promise<SnapshotSightings[]> => {
    const { rows } = await query(
      `SELECT s.snapshot_id, channel, camera, taken_at, box, decision, person_id, similarity, face_id, model_id, quality, size_px, embedding
       FROM watchpost.sightings s JOIN watchpost.sighted_faces f USING (snapshot_id)
       WHERE s.snapshot_id = ANY($1) ORDER BY taken_at DESC, s.snapshot_id, position`,
      [snapshotIds],
    );
    return gather(rows.map((row) => rowSchema.parse(row)));
  };

  const record: SightingStore['record'] = async (seen) => {
    const stored = await transaction(async (query) => {
      const { snapshotId, channel, camera, takenAtMs } = seen;
      const { rowCount } = await query(
        `INSERT INTO watchpost.sightings (snapshot_id, channel, camera, taken_at, expires_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
        [snapshotId, channel, camera, new Date(takenAtMs), new Date(Date.now() + keepMs)],
      );
      if (rowCount === 0) return false;
      for (const [position, face] of seen.faces.entries()) await insertFace(query, snapshotId, position, face);
      await updateLastSeen(query, seen);
      return true;
    });
    return stored ? seen : ((await find([seen.snapshotId]))[0] ?? seen);
  };

  return {
    find: async (snapshotId, signal) => {
      throwIfAborted(signal);
      return (await find([snapshotId]))[0] ?? null;
    },
    record: (seen, signal) => {
      throwIfAborted(signal);
      return record(seen, signal);
    },
    lastSeen: async (personIds, signal) => {
      throwIfAborted(signal);
      const { rows } = await query(
        'SELECT person_id, at, channel, camera FROM watchpost.last_seen WHERE $1::text[] IS NULL OR person_id = ANY($1)',
        [personIds],
      );
      return new Map(rows.map((row) => toLastSeen(row)));
    },
    ofPersons: async (personIds, limit, signal) => {
      throwIfAborted(signal);
      const { rows } = await query(
        `SELECT snapshot_id FROM watchpost.sightings s
         WHERE EXISTS (SELECT 1 FROM watchpost.sighted_faces f WHERE f.snapshot_id = s.snapshot_id AND f.person_id = ANY($1))
         ORDER BY taken_at DESC LIMIT $2`,
        [personIds, limit],
      );
      return find(rows.map((row) => z.object({ snapshot_id: z.string() }).parse(row).snapshot_id));
    },
  };
}

async function insertFace(query: Query, snapshotId: string, position: number, face: Sighting): Promise<void> {
  const { box, decision, personId, similarity, faceId, modelId, quality, sizePx, embedding } = face;
  await query(
    `INSERT INTO watchpost.sighted_faces (snapshot_id, position, box, decision, person_id, similarity, face_id, model_id, quality, size_px, embedding)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [snapshotId, position, JSON.stringify(box), decision, personId, similarity, faceId, modelId, quality, sizePx, toBytea(embedding)],
  );
}

async function updateLastSeen(query: Query, { channel, camera, takenAtMs, faces }: SnapshotSightings): Promise<void> {
  // Always in the same order, so that two snapshots of the same persons cannot deadlock.
  for (const personId of personsSeen(faces).sort()) {
    await query(
      `INSERT INTO watchpost.last_seen AS l (person_id, at, channel, camera) VALUES ($1, $2, $3, $4)
       ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, channel = excluded.channel, camera = excluded.camera WHERE l.at < excluded.at`,
      [personId, new Date(takenAtMs), channel, camera],
    );
  }
}

function gather(rows: readonly Row[]): SnapshotSightings[] {
  const found = new Map<string, SnapshotSightings>();
  for (const row of rows) {
    const { snapshot_id: snapshotId, channel, camera } = row;
    const snapshot = found.get(snapshotId) ?? { snapshotId, channel, camera, takenAtMs: row.taken_at.getTime(), faces: [] };
    found.set(snapshotId, snapshot);
    const { box, decision, similarity, quality } = row;
    const ids = { personId: row.person_id, faceId: row.face_id, modelId: row.model_id };
    snapshot.faces.push({ box, decision, similarity, quality, ...ids, sizePx: row.size_px, embedding: fromBytea(row.embedding) });
  }
  return [...found.values()];
}

function toLastSeen(row: unknown): [string, LastSeen] {
  const { person_id, at, channel, camera } = lastSeenSchema.parse(row);
  return [person_id, { atMs: at.getTime(), channel, camera }];
}
