import { z } from 'zod';
import {
  type ArchiveLine,
  archiveLine,
  faceToLine,
  pairToLine,
  personToLine,
  type StoredKind,
  whenDeleted,
} from '../../archive/archive-lines.ts';
import { leftOut } from '../../archive/document-families.ts';
import { faceColumns, pairColumns, personColumns, readFace, readPair, readPerson } from './rows.ts';

/** Milliseconds since 1970, and back. */
const toMs = (column: string): string => `round(extract(epoch FROM ${column}) * 1000)::bigint`;
const fromMs = (column: string): string => `to_timestamp(${column} / 1000.0)`;
/** PostgreSQL breaks base64 into lines. */
const toText = (column: string): string => `replace(encode(${column}, 'base64'), E'\\n', '')`;

/** How the lines of one kind are read and written. */
export interface ArchiveTable {
  table: string;
  /** The column of the id, where a file may have two lines about the same. */
  replacedBy?: string;
  /** What is read of the table, which is called `t`. */
  columns: string;
  /** The row as a line; null for one that cannot be used. */
  line: (row: unknown) => ArchiveLine | null;
  /** Which rows are not erased. Default: all. */
  live?: string;
  /** Which rows a backup has at all. Default: all. */
  backedUp?: string;
  /** Inserts the JSON array $1; $2 is the version. Statements that do not need the version use it in a condition that is always true, because PostgreSQL must know its type. */
  insert: string;
}

/** What `deletedAtMs` of a line says in a row. */
const deletedColumns = `"deletedAtMs" IS NOT NULL, ${fromMs('"deletedAtMs"')}`;
const deletedRow = z.object({ deleted: z.boolean(), deleted_at: z.date().nullable().catch(null) });
const deletedAt = (row: unknown): number | null => {
  const { deleted, deleted_at: at } = deletedRow.parse(row);
  return whenDeleted(deleted, at?.getTime());
};

const jsonRow = z.object({ line: z.record(z.string(), z.unknown()) });
const jsonLine =
  (kind: StoredKind) =>
  (row: unknown): ArchiveLine =>
    archiveLine.parse({ kind, ...jsonRow.parse(row).line });

const rows = (columns: string): string => `jsonb_to_recordset($1::jsonb) AS r(${columns})`;

export const archiveTables: Record<StoredKind, ArchiveTable> = {
  person: {
    table: 'watchpost.persons',
    replacedBy: 'id',
    columns: `${personColumns}, deleted_at`,
    line: (row) => personToLine(readPerson(row).value, deletedAt(row)),
    insert: `INSERT INTO watchpost.persons (id, name, number, aliases, ignored, merged_into, merged_at, former_numbers, may_be, created_at, deleted, deleted_at, version)
      SELECT id, name, number, ARRAY(SELECT jsonb_array_elements_text(aliases)), ignored, "mergedInto", ${fromMs('"mergedAtMs"')},
        ARRAY(SELECT jsonb_array_elements_text("formerNumbers")::bigint), "mayBe", ${fromMs('"createdAtMs"')}, ${deletedColumns}, $2::bigint
      FROM ${rows(`id text, name text, number bigint, aliases jsonb, ignored boolean, "mergedInto" text, "mergedAtMs" bigint,
        "formerNumbers" jsonb, "mayBe" text, "createdAtMs" bigint, "deletedAtMs" bigint`)}`,
  },
  face: {
    table: 'watchpost.faces',
    replacedBy: 'id',
    columns: `${faceColumns({ embeddings: true })}, deleted_at`,
    line: (row) => {
      const { value } = readFace(row, { embeddings: true });
      return value && faceToLine(value, deletedAt(row));
    },
    live: 'NOT (deleted AND (erased OR embedding IS NULL))',
    insert: `INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px, snapshot_id, position, shows, created_at, deleted, deleted_at, version)
      SELECT id, "personId", "modelId", role, decode(embedding, 'base64'), quality, "sizePx", "snapshotId", position, shows,
        ${fromMs('"createdAtMs"')}, ${deletedColumns}, $2::bigint
      FROM ${rows(`id text, "personId" text, "modelId" text, role text, embedding text, quality float8, "sizePx" float8, "snapshotId" text,
        position int, shows text, "createdAtMs" bigint, "deletedAtMs" bigint`)}`,
  },
  pair: {
    table: 'watchpost.pairs',
    replacedBy: 'id',
    columns: `${pairColumns}, deleted_at`,
    line: (row) => {
      const { value } = readPair(row);
      return value && pairToLine(value, deletedAt(row));
    },
    insert: `INSERT INTO watchpost.pairs (id, person_ids, deleted, deleted_at, version)
      SELECT id, ARRAY(SELECT jsonb_array_elements_text("personIds")), ${deletedColumns}, $2::bigint
      FROM ${rows('id text, "personIds" jsonb, "deletedAtMs" bigint')}`,
  },
  crop: {
    table: 'watchpost.face_crops',
    columns: `json_build_object('id', face_id, 'jpeg', ${toText('jpeg')}) AS line`,
    line: jsonLine('crop'),
    insert: `INSERT INTO watchpost.face_crops (face_id, jpeg) SELECT id, decode(jpeg, 'base64') FROM ${rows('id text, jpeg text')} WHERE $2::bigint > 0`,
  },
  sighting: {
    table: 'watchpost.sightings',
    columns: `json_build_object('id', snapshot_id, 'channel', channel, 'camera', camera, 'takenAtMs', ${toMs('taken_at')}, 'expiresAtMs', ${toMs('expires_at')},
      'faces', (SELECT coalesce(json_agg(json_build_object('box', box, 'decision', decision, 'personId', person_id, 'similarity', similarity,
        'faceId', face_id, 'modelId', model_id, 'quality', quality, 'sizePx', size_px,
        'saidBy', said_by, 'evidence', evidence, 'embedding', ${toText('embedding')}) ORDER BY position), '[]')
        FROM watchpost.sighted_faces f WHERE f.snapshot_id = t.snapshot_id)) AS line`,
    line: jsonLine('sighting'),
    insert: `WITH r AS (SELECT * FROM ${rows('id text, channel text, camera text, "takenAtMs" bigint, "expiresAtMs" bigint, faces jsonb')}),
      s AS (INSERT INTO watchpost.sightings (snapshot_id, channel, camera, taken_at, expires_at, recorded_at)
        SELECT id, channel, camera, ${fromMs('"takenAtMs"')}, ${fromMs('"expiresAtMs"')}, NULL::timestamptz FROM r WHERE $2::bigint > 0)
      INSERT INTO watchpost.sighted_faces (snapshot_id, position, box, decision, person_id, similarity, face_id, model_id, quality, size_px, said_by, evidence,
        embedding, taken_at)
      SELECT r.id, f.at - 1, f.face->'box', f.face->>'decision', f.face->>'personId', (f.face->>'similarity')::float8, f.face->>'faceId',
        f.face->>'modelId', (f.face->>'quality')::float8, (f.face->>'sizePx')::float8, f.face->>'saidBy', NULLIF(f.face->'evidence', 'null'),
        decode(f.face->>'embedding', 'base64'), ${fromMs('r."takenAtMs"')}
      FROM r, jsonb_array_elements(r.faces) WITH ORDINALITY AS f(face, at)`,
  },
  'last-seen': {
    table: 'watchpost.last_seen',
    columns: `json_build_object('id', person_id, 'atMs', ${toMs('at')}, 'channel', channel, 'camera', camera) AS line`,
    line: jsonLine('last-seen'),
    insert: `INSERT INTO watchpost.last_seen (person_id, at, channel, camera)
      SELECT id, ${fromMs('"atMs"')}, channel, camera FROM ${rows('id text, "atMs" bigint, channel text, camera text')} WHERE $2::bigint > 0`,
  },
  audit: {
    table: 'watchpost.audit',
    columns: `json_build_object('id', id, 'action', action, 'actor', actor, 'where', place, 'atMs', ${toMs('at')}, 'personIds', person_ids, 'summary', summary,
      'inverse', inverse, 'undone', undone, 'undoes', undoes, 'version', version) AS line`,
    line: jsonLine('audit'),
    insert: `INSERT INTO watchpost.audit (id, action, actor, at, person_ids, summary, inverse, undone, undoes, version, place)
      SELECT id, action, actor, ${fromMs('"atMs"')}, ARRAY(SELECT jsonb_array_elements_text("personIds")), summary, inverse, undone, undoes, version, "where"
      FROM ${rows('id text, action text, actor text, "where" text, "atMs" bigint, "personIds" jsonb, summary text, inverse text, undone boolean, undoes text, version bigint')}
      WHERE $2::bigint > 0`,
  },
  'waiting-crop': {
    table: 'watchpost.sighting_crops',
    columns: `json_build_object('id', t.snapshot_id, 'position', position, 'jpeg', ${toText('jpeg')},
      'expiresAtMs', (SELECT ${toMs('s.expires_at')} FROM watchpost.sightings s WHERE s.snapshot_id = t.snapshot_id)) AS line`,
    line: jsonLine('waiting-crop'),
    insert: `INSERT INTO watchpost.sighting_crops (snapshot_id, position, jpeg)
      SELECT id, position, decode(jpeg, 'base64') FROM ${rows('id text, position int, jpeg text')} WHERE $2::bigint > 0`,
  },
  record: {
    table: 'watchpost.snapshots',
    columns: `json_build_object('id', snapshot_id, 'channel', channel, 'camera', camera, 'takenAtMs', ${toMs('taken_at')},
      'expiresAtMs', ${toMs('expires_at')}, 'seen', seen, 'revision', revision, 'outcome', outcome, 'outcomeAtMs', ${toMs('outcome_at')},
      'fingerprint', ${toText('fingerprint')}, 'body', body) AS line`,
    line: jsonLine('record'),
    // Nothing is in progress here.
    insert: `INSERT INTO watchpost.snapshots (snapshot_id, channel, camera, taken_at, expires_at, seen, revision, outcome, outcome_at, fingerprint, body)
      SELECT id, channel, camera, ${fromMs('"takenAtMs"')}, ${fromMs('"expiresAtMs"')}, seen, revision, outcome, ${fromMs('"outcomeAtMs"')},
        decode(fingerprint, 'base64'), body
      FROM ${rows(`id text, channel text, camera text, "takenAtMs" bigint, "expiresAtMs" bigint, seen boolean, revision bigint, outcome text,
        "outcomeAtMs" bigint, fingerprint text, body jsonb`)} WHERE $2::bigint > 0`,
  },
  document: {
    table: 'watchpost.documents',
    backedUp: `kind NOT IN (${Object.keys(leftOut)
      .map((family) => `'${family}'`)
      .join(', ')})`,
    columns: `json_build_object('of', kind, 'id', id, 'revision', revision, 'atMs', ${toMs('at')}, 'keys', keys,
      'expiresAtMs', ${toMs('expires_at')}, 'body', body) AS line`,
    line: jsonLine('document'),
    // $3: the bodies as text. Taken out of other JSON, not every string would do.
    insert: `WITH r AS (SELECT * FROM ROWS FROM (
        jsonb_to_recordset($1::jsonb) AS ("of" text, id text, revision bigint, "atMs" bigint, keys jsonb, "expiresAtMs" bigint),
        unnest($3::text[])) AS r("of", id, revision, "atMs", keys, "expiresAtMs", body) WHERE $2::bigint > 0),
      d AS (INSERT INTO watchpost.documents (kind, id, revision, at, keys, expires_at, body)
        SELECT "of", id, revision, ${fromMs('"atMs"')}, ARRAY(SELECT jsonb_array_elements_text(keys)), ${fromMs('"expiresAtMs"')}, body::json FROM r)
      INSERT INTO watchpost.document_keys (kind, id, key, at)
        SELECT DISTINCT "of", id, key, ${fromMs('"atMs"')} FROM r, jsonb_array_elements_text(keys) AS k(key)`,
  },
};
