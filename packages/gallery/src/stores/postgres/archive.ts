import { z } from 'zod';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Postgres, Query } from './connect.ts';
import { type ArchiveCounts, type ArchiveLine, archiveLine, type LineOf } from '../../archive/archive-lines.ts';
import { type ArchiveBatch, type ArchiveStore, headAfter } from '../../archive/archive-store.ts';

const pageSize = 500;
const deletePage = 20_000;

/** Milliseconds since 1970, and back. */
const toMs = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)::bigint`;
const fromMs = (column: string): string => `to_timestamp(${column} / 1000.0)`;
/** PostgreSQL breaks base64 into lines. */
const toText = (column: string): string => `replace(encode(${column}, 'base64'), E'\\n', '')`;

interface Table {
  table: string;
  key: string;
  /** The line without its kind, as one JSON object a row, `t` the table. */
  json: string;
  live: string;
  /** Inserts the JSON array $1; $2 is the version. Statements that do not need the version use it in a condition that is always true, because PostgreSQL must know its type. */
  insert: string;
}

const rows = (columns: string): string => `jsonb_to_recordset($1::jsonb) AS r(${columns})`;

const tables: Record<'person' | 'face' | 'crop' | 'sighting' | 'last-seen' | 'audit', Table> = {
  person: {
    table: 'watchpost.persons',
    key: 'id',
    json: `json_build_object('id', id, 'name', name, 'number', number, 'aliases', aliases, 'ignored', ignored, 'mergedInto', merged_into, 'createdAtMs', ${toMs('created_at')})`,
    live: 'NOT deleted',
    insert: `INSERT INTO watchpost.persons (id, name, number, aliases, ignored, merged_into, created_at, version)
      SELECT id, name, number, ARRAY(SELECT jsonb_array_elements_text(aliases)), ignored, "mergedInto", ${fromMs('"createdAtMs"')}, $2::bigint
      FROM ${rows('id text, name text, number bigint, aliases jsonb, ignored boolean, "mergedInto" text, "createdAtMs" bigint')}`,
  },
  face: {
    table: 'watchpost.faces',
    key: 'id',
    json: `json_build_object('id', id, 'personId', person_id, 'modelId', model_id, 'role', role, 'embedding', coalesce(${toText('embedding')}, ''),
      'quality', quality, 'sizePx', size_px, 'snapshotId', snapshot_id, 'createdAtMs', ${toMs('created_at')})`,
    live: 'NOT deleted',
    insert: `INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px, snapshot_id, created_at, version)
      SELECT id, "personId", "modelId", role, decode(embedding, 'base64'), quality, "sizePx", "snapshotId", ${fromMs('"createdAtMs"')}, $2::bigint
      FROM ${rows('id text, "personId" text, "modelId" text, role text, embedding text, quality float8, "sizePx" float8, "snapshotId" text, "createdAtMs" bigint')}`,
  },
  crop: {
    table: 'watchpost.face_crops',
    key: 'face_id',
    json: `json_build_object('id', face_id, 'jpeg', ${toText('jpeg')})`,
    live: 'true',
    insert: `INSERT INTO watchpost.face_crops (face_id, jpeg) SELECT id, decode(jpeg, 'base64') FROM ${rows('id text, jpeg text')} WHERE $2::bigint > 0`,
  },
  sighting: {
    table: 'watchpost.sightings',
    key: 'snapshot_id',
    json: `json_build_object('id', snapshot_id, 'channel', channel, 'camera', camera, 'takenAtMs', ${toMs('taken_at')}, 'expiresAtMs', ${toMs('expires_at')},
      'faces', (SELECT coalesce(json_agg(json_build_object('box', box, 'decision', decision, 'personId', person_id, 'similarity', similarity,
        'faceId', face_id, 'modelId', model_id, 'quality', quality, 'sizePx', size_px, 'embedding', ${toText('embedding')}) ORDER BY position), '[]')
        FROM watchpost.sighted_faces f WHERE f.snapshot_id = t.snapshot_id))`,
    live: 'true',
    insert: `WITH r AS (SELECT * FROM ${rows('id text, channel text, camera text, "takenAtMs" bigint, "expiresAtMs" bigint, faces jsonb')}),
      s AS (INSERT INTO watchpost.sightings (snapshot_id, channel, camera, taken_at, expires_at)
        SELECT id, channel, camera, ${fromMs('"takenAtMs"')}, ${fromMs('"expiresAtMs"')} FROM r WHERE $2::bigint > 0)
      INSERT INTO watchpost.sighted_faces (snapshot_id, position, box, decision, person_id, similarity, face_id, model_id, quality, size_px, embedding)
      SELECT r.id, f.at - 1, f.face->'box', f.face->>'decision', f.face->>'personId', (f.face->>'similarity')::float8, f.face->>'faceId',
        f.face->>'modelId', (f.face->>'quality')::float8, (f.face->>'sizePx')::float8, decode(f.face->>'embedding', 'base64')
      FROM r, jsonb_array_elements(r.faces) WITH ORDINALITY AS f(face, at)`,
  },
  'last-seen': {
    table: 'watchpost.last_seen',
    key: 'person_id',
    json: `json_build_object('id', person_id, 'atMs', ${toMs('at')}, 'channel', channel, 'camera', camera)`,
    live: 'true',
    insert: `INSERT INTO watchpost.last_seen (person_id, at, channel, camera)
      SELECT id, ${fromMs('"atMs"')}, channel, camera FROM ${rows('id text, "atMs" bigint, channel text, camera text')} WHERE $2::bigint > 0`,
  },
  audit: {
    table: 'watchpost.audit',
    key: 'id',
    json: `json_build_object('id', id, 'action', action, 'actor', actor, 'where', place, 'atMs', ${toMs('at')}, 'personIds', person_ids, 'summary', summary,
      'inverse', inverse, 'undone', undone, 'undoes', undoes, 'version', version)`,
    live: 'true',
    insert: `INSERT INTO watchpost.audit (id, action, actor, at, person_ids, summary, inverse, undone, undoes, version, place)
      SELECT id, action, actor, ${fromMs('"atMs"')}, ARRAY(SELECT jsonb_array_elements_text("personIds")), summary, inverse, undone, undoes, version, "where"
      FROM ${rows('id text, action text, actor text, "where" text, "atMs" bigint, "personIds" jsonb, summary text, inverse text, undone boolean, undoes text, version bigint')}
      WHERE $2::bigint > 0`,
  },
};

const jsonRow = z.object({ line: z.record(z.string(), z.unknown()) });
const stateRow = z.object({ version: z.coerce.number(), next_number: z.coerce.number() });
const countRow = z.object({ count: z.coerce.number() });

/** Export and restore on PostgreSQL; a restore is one transaction. */
export function createPostgresArchive({ query, transaction }: Postgres): ArchiveStore {
  const linesOf = (kind: keyof typeof tables, found: unknown[]): ArchiveLine[] =>
    found.map((row) => archiveLine.parse({ kind, ...jsonRow.parse(row).line }));

  async function* read<K extends ArchiveLine['kind']>(kind: K & keyof typeof tables, signal: AbortSignal): AsyncGenerator<LineOf<K>[]> {
    const isOfKind = (line: ArchiveLine): line is LineOf<K> => line.kind === kind;
    const { table, key, json, live } = tables[kind];
    const text = `SELECT ${json} AS line FROM ${table} t WHERE ${live} AND ${key} > $1 ORDER BY ${key} LIMIT ${pageSize}`;
    for (let after = ''; ;) {
      throwIfAborted(signal);
      const page = linesOf(kind, (await query(text, [after])).rows);
      yield page.filter(isOfKind);
      const last = page.at(-1);
      if (!last || page.length < pageSize) return;
      after = last.id;
    }
  }

  return {
    read,
    crops: async (faceIds, signal) => {
      throwIfAborted(signal);
      const { table, json } = tables.crop;
      const { rows: found } = await query(`SELECT ${json} AS line FROM ${table} WHERE face_id = ANY($1)`, [faceIds]);
      return linesOf('crop', found).flatMap((line) => (line.kind === 'crop' ? [line] : []));
    },
    counts: async (signal) => {
      throwIfAborted(signal);
      const count = async (kind: keyof typeof tables): Promise<number> =>
        countRow.parse((await query(`SELECT count(*) AS count FROM ${tables[kind].table}`)).rows[0]).count;
      const counts: ArchiveCounts = {
        person: await count('person'),
        face: await count('face'),
        crop: await count('crop'),
        sighting: await count('sighting'),
        'last-seen': await count('last-seen'),
        audit: await count('audit'),
      };
      return counts;
    },
    replaceAll: async (file, batches, signal) => {
      throwIfAborted(signal);
      await transaction(async (query) => {
        // From now on nobody else can commit.
        const state = await query('SELECT version, next_number FROM watchpost.gallery FOR UPDATE');
        const { version, next_number: nextNumber } = stateRow.parse(state.rows[0]);
        const head = headAfter({ version, nextNumber }, file);
        for (const { table } of Object.values(tables)) await emptyTable(query, table, signal);
        for await (const batch of batches) {
          throwIfAborted(signal);
          await writeBatch(query, batch, head.version);
        }
        await query('UPDATE watchpost.gallery SET version = $1, next_number = $2', [head.version, head.nextNumber]);
      });
    },
  };
}

/** In pieces, each well within the statement timeout. DELETE, unlike TRUNCATE, fires the triggers that notify. */
async function emptyTable(query: Query, table: string, signal: AbortSignal): Promise<void> {
  for (let deleted = deletePage; deleted === deletePage;) {
    throwIfAborted(signal);
    const { rowCount } = await query(`DELETE FROM ${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM ${table} LIMIT ${deletePage}))`);
    deleted = rowCount;
  }
}

async function writeBatch(query: Query, { kind, lines }: ArchiveBatch, version: number): Promise<void> {
  if (kind === 'removed') {
    for (const line of lines) {
      if (line.kind === 'removed') await query(`DELETE FROM ${tables[line.of].table} WHERE id = $1`, [line.id]);
    }
    return;
  }
  const { table, key, insert } = tables[kind];
  // Deleted first, not updated: an update would look like an edit by hand.
  await query(`DELETE FROM ${table} WHERE ${key} = ANY($1)`, [lines.map(({ id }) => id)]);
  await query(insert, [JSON.stringify(lines), version]);
}
