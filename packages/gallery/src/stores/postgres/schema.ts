import { commitFunction, recordFunction } from './functions.ts';

const tables: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS watchpost.gallery (
    id text PRIMARY KEY CHECK (id = 'gallery'), version bigint NOT NULL, next_number bigint NOT NULL)`,
  `ALTER TABLE watchpost.gallery
    ADD COLUMN IF NOT EXISTS format int NOT NULL DEFAULT 1,
    ADD COLUMN IF NOT EXISTS epoch text NOT NULL DEFAULT gen_random_uuid()::text,
    ADD COLUMN IF NOT EXISTS recent jsonb NOT NULL DEFAULT '[]'`,
  `INSERT INTO watchpost.gallery (id, version, next_number) VALUES ('gallery', 0, 1) ON CONFLICT DO NOTHING`,
  `CREATE TABLE IF NOT EXISTS watchpost.persons (
    id text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    name text NOT NULL,
    number bigint,
    aliases text[] NOT NULL DEFAULT '{}',
    ignored boolean NOT NULL DEFAULT false,
    merged_into text,
    deleted boolean NOT NULL DEFAULT false,
    deleted_at timestamptz,
    erased boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    version bigint NOT NULL DEFAULT 0)`,
  `ALTER TABLE watchpost.persons
    ADD COLUMN IF NOT EXISTS former_numbers bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN IF NOT EXISTS merged_at timestamptz,
    ADD COLUMN IF NOT EXISTS may_be text,
    ADD COLUMN IF NOT EXISTS edited boolean NOT NULL DEFAULT false`,
  `CREATE TABLE IF NOT EXISTS watchpost.faces (
    id text PRIMARY KEY,
    person_id text NOT NULL,
    model_id text NOT NULL,
    role text NOT NULL CHECK (role IN ('reference', 'negative')),
    embedding bytea,
    quality double precision NOT NULL,
    size_px double precision NOT NULL,
    snapshot_id text,
    created_at timestamptz NOT NULL DEFAULT now(),
    deleted boolean NOT NULL DEFAULT false,
    deleted_at timestamptz,
    erased boolean NOT NULL DEFAULT false,
    version bigint NOT NULL DEFAULT 0)`,
  `ALTER TABLE watchpost.faces
    ADD COLUMN IF NOT EXISTS position int,
    ADD COLUMN IF NOT EXISTS shows text,
    ADD COLUMN IF NOT EXISTS edited boolean NOT NULL DEFAULT false,
    ALTER COLUMN version SET DEFAULT 0,
    ALTER COLUMN created_at SET DEFAULT now()`,
  'CREATE TABLE IF NOT EXISTS watchpost.face_crops (face_id text PRIMARY KEY, jpeg bytea NOT NULL)',
  `CREATE TABLE IF NOT EXISTS watchpost.pairs (
    id text PRIMARY KEY,
    person_ids text[] NOT NULL,
    deleted boolean NOT NULL,
    deleted_at timestamptz,
    version bigint NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS watchpost.sightings (
    snapshot_id text PRIMARY KEY,
    channel text NOT NULL,
    camera text,
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL)`,
  `CREATE TABLE IF NOT EXISTS watchpost.sighted_faces (
    snapshot_id text NOT NULL REFERENCES watchpost.sightings ON DELETE CASCADE,
    position int NOT NULL,
    box jsonb NOT NULL,
    decision text NOT NULL,
    person_id text,
    similarity double precision,
    face_id text,
    model_id text NOT NULL,
    quality double precision NOT NULL,
    size_px double precision NOT NULL,
    embedding bytea,
    PRIMARY KEY (snapshot_id, position))`,
  `ALTER TABLE watchpost.sighted_faces
    ADD COLUMN IF NOT EXISTS said_by text,
    ADD COLUMN IF NOT EXISTS evidence jsonb,
    ADD COLUMN IF NOT EXISTS taken_at timestamptz`,
  `UPDATE watchpost.sighted_faces f SET taken_at = s.taken_at FROM watchpost.sightings s WHERE f.snapshot_id = s.snapshot_id AND f.taken_at IS NULL`,
  'ALTER TABLE watchpost.sighted_faces ALTER COLUMN taken_at SET NOT NULL',
  `CREATE TABLE IF NOT EXISTS watchpost.sighting_crops (
    snapshot_id text NOT NULL REFERENCES watchpost.sightings ON DELETE CASCADE,
    position int NOT NULL,
    jpeg bytea NOT NULL,
    PRIMARY KEY (snapshot_id, position))`,
  `CREATE TABLE IF NOT EXISTS watchpost.last_seen (
    person_id text PRIMARY KEY, at timestamptz NOT NULL, channel text NOT NULL, camera text)`,
  `CREATE TABLE IF NOT EXISTS watchpost.audit (
    id text PRIMARY KEY,
    action text NOT NULL,
    actor text NOT NULL,
    at timestamptz NOT NULL,
    person_ids text[] NOT NULL,
    summary text NOT NULL,
    inverse text,
    undone boolean NOT NULL DEFAULT false,
    undoes text,
    version bigint NOT NULL)`,
  'ALTER TABLE watchpost.audit ADD COLUMN IF NOT EXISTS place text',
  `CREATE TABLE IF NOT EXISTS watchpost.upkeep (
    id text PRIMARY KEY CHECK (id = 'upkeep'), holder text, until timestamptz, compared_up_to bigint NOT NULL DEFAULT 0)`,
  `INSERT INTO watchpost.upkeep (id) VALUES ('upkeep') ON CONFLICT DO NOTHING`,
  `CREATE TABLE IF NOT EXISTS watchpost.snapshots (
    snapshot_id text PRIMARY KEY,
    revision bigint NOT NULL,
    channel text NOT NULL,
    camera text,
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    seen boolean NOT NULL,
    fingerprint bytea,
    body jsonb NOT NULL)`,
  `ALTER TABLE watchpost.snapshots
    ADD COLUMN IF NOT EXISTS in_progress_at timestamptz,
    ADD COLUMN IF NOT EXISTS outcome text,
    ADD COLUMN IF NOT EXISTS outcome_at timestamptz`,
  // Null where an earlier release wrote the row: the default counts for new ones only.
  ...['sightings', 'snapshots'].flatMap((table) => [
    `ALTER TABLE watchpost.${table} ADD COLUMN IF NOT EXISTS recorded_at timestamptz`,
    `ALTER TABLE watchpost.${table} ALTER COLUMN recorded_at SET DEFAULT now()`,
  ]),
  // Of json, not of jsonb, which does not take every string. Ids are sorted by their bytes, as on MongoDB.
  `CREATE TABLE IF NOT EXISTS watchpost.documents (
    kind text NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    at timestamptz NOT NULL,
    keys text[] NOT NULL,
    expires_at timestamptz,
    body json NOT NULL,
    PRIMARY KEY (kind, id))`,
  `CREATE TABLE IF NOT EXISTS watchpost.document_keys (
    kind text NOT NULL,
    id text COLLATE "C" NOT NULL,
    key text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (kind, id, key),
    FOREIGN KEY (kind, id) REFERENCES watchpost.documents ON DELETE CASCADE)`,
];

/** Their names. */
export const tableNames: readonly string[] = tables.flatMap(
  (statement) => /^CREATE TABLE IF NOT EXISTS watchpost\.(\w+)/.exec(statement)?.[1] ?? [],
);

/** One for each query that would otherwise read a whole table. */
const indexes: readonly string[] = [
  'DROP INDEX IF EXISTS watchpost.persons_version',
  'CREATE INDEX IF NOT EXISTS persons_sequence ON watchpost.persons (version, id)',
  'CREATE INDEX IF NOT EXISTS persons_edited ON watchpost.persons (id) WHERE edited',
  'CREATE INDEX IF NOT EXISTS persons_deleted ON watchpost.persons (deleted_at) WHERE deleted',
  'CREATE INDEX IF NOT EXISTS persons_merged ON watchpost.persons (merged_at) WHERE merged_into IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS persons_merged_into ON watchpost.persons (merged_into) WHERE merged_into IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS persons_may_be ON watchpost.persons (may_be) WHERE may_be IS NOT NULL',
  'DROP INDEX IF EXISTS watchpost.faces_version',
  'CREATE INDEX IF NOT EXISTS faces_sequence ON watchpost.faces (version, id)',
  'CREATE INDEX IF NOT EXISTS faces_person ON watchpost.faces (person_id)',
  'CREATE INDEX IF NOT EXISTS faces_shows ON watchpost.faces (shows) WHERE shows IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS faces_edited ON watchpost.faces (id) WHERE edited',
  'CREATE INDEX IF NOT EXISTS faces_deleted ON watchpost.faces (deleted_at) WHERE deleted',
  'CREATE INDEX IF NOT EXISTS pairs_sequence ON watchpost.pairs (version, id)',
  'CREATE INDEX IF NOT EXISTS pairs_one ON watchpost.pairs ((person_ids[1]))',
  'CREATE INDEX IF NOT EXISTS pairs_other ON watchpost.pairs ((person_ids[2]))',
  'CREATE INDEX IF NOT EXISTS pairs_deleted ON watchpost.pairs (deleted_at) WHERE deleted',
  'CREATE INDEX IF NOT EXISTS sightings_expire ON watchpost.sightings (expires_at)',
  'CREATE INDEX IF NOT EXISTS sightings_newest ON watchpost.sightings (taken_at DESC, snapshot_id DESC)',
  'CREATE INDEX IF NOT EXISTS sightings_of_camera ON watchpost.sightings (channel, camera, taken_at DESC, snapshot_id DESC)',
  'DROP INDEX IF EXISTS watchpost.sighted_faces_person',
  'CREATE INDEX IF NOT EXISTS sighted_faces_newest ON watchpost.sighted_faces (person_id, taken_at DESC, snapshot_id DESC)',
  `CREATE INDEX IF NOT EXISTS sighted_faces_unsure ON watchpost.sighted_faces (taken_at DESC, snapshot_id DESC, position DESC)
    WHERE decision = 'uncertain' AND said_by IS NULL AND person_id IS NOT NULL`,
  // Counting reads nothing but the index.
  `CREATE INDEX IF NOT EXISTS sighted_faces_sure ON watchpost.sighted_faces (person_id, snapshot_id)
    WHERE person_id IS NOT NULL AND (decision <> 'uncertain' OR said_by IS NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS sighted_faces_face ON watchpost.sighted_faces (face_id)',
  'CREATE INDEX IF NOT EXISTS audit_version ON watchpost.audit (version)',
  'CREATE INDEX IF NOT EXISTS audit_actor ON watchpost.audit (actor, version)',
  'CREATE INDEX IF NOT EXISTS audit_id_start ON watchpost.audit (id text_pattern_ops)',
  'CREATE INDEX IF NOT EXISTS audit_at ON watchpost.audit (at)',
  'CREATE INDEX IF NOT EXISTS audit_persons ON watchpost.audit USING gin (person_ids) WITH (fastupdate = off)',
  'CREATE INDEX IF NOT EXISTS snapshots_recent ON watchpost.snapshots (channel, camera, taken_at DESC) WHERE seen',
  'CREATE INDEX IF NOT EXISTS snapshots_of_channel ON watchpost.snapshots (channel, taken_at DESC) WHERE seen',
  'CREATE INDEX IF NOT EXISTS snapshots_newest ON watchpost.snapshots (channel, taken_at DESC)',
  `CREATE INDEX IF NOT EXISTS snapshots_in_progress ON watchpost.snapshots (channel, in_progress_at) WHERE in_progress_at IS NOT NULL`,
  'CREATE INDEX IF NOT EXISTS snapshots_fingerprint ON watchpost.snapshots (taken_at) WHERE fingerprint IS NOT NULL',
  // Counting reads nothing but the index.
  `CREATE INDEX IF NOT EXISTS snapshots_outcome ON watchpost.snapshots (outcome_at) INCLUDE (channel, camera, outcome) WHERE outcome IS NOT NULL`,
  'CREATE INDEX IF NOT EXISTS snapshots_expire ON watchpost.snapshots (expires_at)',
  'CREATE INDEX IF NOT EXISTS sightings_recorded ON watchpost.sightings ((COALESCE(recorded_at, taken_at)))',
  'CREATE INDEX IF NOT EXISTS snapshots_recorded ON watchpost.snapshots ((COALESCE(recorded_at, taken_at)))',
  // So that a person who is forgotten is found in records.
  `CREATE INDEX IF NOT EXISTS snapshots_persons ON watchpost.snapshots USING gin (jsonb_path_query_array(body, '$.faces[*].personId'))`,
  'CREATE INDEX IF NOT EXISTS documents_newest ON watchpost.documents (kind, at DESC, id DESC)',
  'CREATE INDEX IF NOT EXISTS documents_expire ON watchpost.documents (expires_at) WHERE expires_at IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS document_keys_newest ON watchpost.document_keys (kind, key, at DESC, id DESC)',
];

/** Their names. */
export const indexNames: readonly string[] = indexes.flatMap(
  (statement) => /^CREATE (?:UNIQUE )?INDEX IF NOT EXISTS (\w+)/.exec(statement)?.[1] ?? [],
);

/**
 * A row is edited by hand if its version stays the same (ours raise it) and it is not being erased. The triggers only mark it: they
 * lock nothing else, so an operator's open transaction holds up nobody but who wants the same row.
 */
const triggers: readonly string[] = [
  `CREATE OR REPLACE FUNCTION watchpost.mark_person() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.edited := true;
      IF NEW.deleted AND NEW.deleted_at IS NULL THEN NEW.deleted_at := now(); END IF;
      IF NEW.merged_into IS NOT NULL AND NEW.merged_at IS NULL THEN NEW.merged_at := now(); END IF;
      PERFORM pg_notify('watchpost_gallery', 'edited');
      RETURN NEW;
    END $$`,
  `CREATE OR REPLACE FUNCTION watchpost.mark_face() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      NEW.edited := true;
      IF NEW.deleted AND NEW.deleted_at IS NULL THEN NEW.deleted_at := now(); END IF;
      PERFORM pg_notify('watchpost_gallery', 'edited');
      RETURN NEW;
    END $$`,
  `CREATE OR REPLACE FUNCTION watchpost.tell_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('watchpost_gallery', 'changed');
      RETURN NULL;
    END $$`,
  // Old tombstones go without anybody having to know.
  `CREATE OR REPLACE FUNCTION watchpost.tell_removed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF EXISTS (SELECT FROM gone WHERE NOT deleted) THEN PERFORM pg_notify('watchpost_gallery', 'edited'); END IF;
      RETURN NULL;
    END $$`,
  'DROP TRIGGER IF EXISTS edited ON watchpost.persons',
  `CREATE TRIGGER edited BEFORE UPDATE ON watchpost.persons FOR EACH ROW
    WHEN (NEW.version = OLD.version AND NEW.erased = OLD.erased
      AND (NEW.name, NEW.number, NEW.aliases, NEW.ignored, NEW.merged_into, NEW.former_numbers, NEW.deleted)
      IS DISTINCT FROM (OLD.name, OLD.number, OLD.aliases, OLD.ignored, OLD.merged_into, OLD.former_numbers, OLD.deleted))
    EXECUTE FUNCTION watchpost.mark_person()`,
  'DROP TRIGGER IF EXISTS added ON watchpost.persons',
  `CREATE TRIGGER added BEFORE INSERT ON watchpost.persons FOR EACH ROW WHEN (NEW.version = 0) EXECUTE FUNCTION watchpost.mark_person()`,
  'DROP TRIGGER IF EXISTS edited ON watchpost.faces',
  `CREATE TRIGGER edited BEFORE UPDATE ON watchpost.faces FOR EACH ROW
    WHEN (NEW.version = OLD.version AND NEW.erased = OLD.erased
      AND (NEW.person_id, NEW.model_id, NEW.role, NEW.shows, NEW.deleted, NEW.embedding)
      IS DISTINCT FROM (OLD.person_id, OLD.model_id, OLD.role, OLD.shows, OLD.deleted, OLD.embedding))
    EXECUTE FUNCTION watchpost.mark_face()`,
  'DROP TRIGGER IF EXISTS added ON watchpost.faces',
  `CREATE TRIGGER added BEFORE INSERT ON watchpost.faces FOR EACH ROW WHEN (NEW.version = 0) EXECUTE FUNCTION watchpost.mark_face()`,
  'DROP TRIGGER IF EXISTS removed ON watchpost.persons',
  `CREATE TRIGGER removed AFTER DELETE ON watchpost.persons REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell_removed()`,
  'DROP TRIGGER IF EXISTS removed ON watchpost.faces',
  `CREATE TRIGGER removed AFTER DELETE ON watchpost.faces REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell_removed()`,
  'DROP TRIGGER IF EXISTS changed ON watchpost.gallery',
  `CREATE TRIGGER changed AFTER UPDATE ON watchpost.gallery FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell_changed()`,
  'DROP FUNCTION IF EXISTS watchpost.next_version()',
  'DROP FUNCTION IF EXISTS watchpost.tell()',
];

/**
 * The tables, in a schema of their own. Every statement is idempotent: a release with another list runs the whole list once, under a
 * lock.
 */
export const schemaStatements: readonly string[] = [...tables, ...indexes, ...triggers, commitFunction, recordFunction];

/** The advisory lock under which the tables are created; an arbitrary number. */
export const schemaLock = 7_250_411;

/** The channel of the triggers' notifications. */
export const notifyChannel = 'watchpost_gallery';
