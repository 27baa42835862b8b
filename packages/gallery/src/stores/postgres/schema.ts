/**
 * The tables, in a schema of their own. Every statement is idempotent: a release with another list runs the whole list once, under a
 * lock. An edit by hand does not set `version`; triggers give it the next version, so that it spreads like any other change.
 */
export const schemaStatements: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS watchpost.gallery (
    id text PRIMARY KEY CHECK (id = 'gallery'), version bigint NOT NULL, next_number bigint NOT NULL)`,
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
  'CREATE INDEX IF NOT EXISTS persons_version ON watchpost.persons (version)',
  `CREATE TABLE IF NOT EXISTS watchpost.faces (
    id text PRIMARY KEY,
    person_id text NOT NULL,
    model_id text NOT NULL,
    role text NOT NULL CHECK (role IN ('reference', 'negative')),
    embedding bytea,
    quality double precision NOT NULL,
    size_px double precision NOT NULL,
    snapshot_id text,
    created_at timestamptz NOT NULL,
    deleted boolean NOT NULL DEFAULT false,
    deleted_at timestamptz,
    erased boolean NOT NULL DEFAULT false,
    version bigint NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS faces_version ON watchpost.faces (version)',
  'CREATE INDEX IF NOT EXISTS faces_person ON watchpost.faces (person_id)',
  'CREATE TABLE IF NOT EXISTS watchpost.face_crops (face_id text PRIMARY KEY, jpeg bytea NOT NULL)',
  `CREATE TABLE IF NOT EXISTS watchpost.sightings (
    snapshot_id text PRIMARY KEY,
    channel text NOT NULL,
    camera text,
    taken_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL)`,
  'CREATE INDEX IF NOT EXISTS sightings_expire ON watchpost.sightings (expires_at)',
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
  'CREATE INDEX IF NOT EXISTS sighted_faces_person ON watchpost.sighted_faces (person_id)',
  'CREATE INDEX IF NOT EXISTS sighted_faces_face ON watchpost.sighted_faces (face_id)',
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
  'CREATE INDEX IF NOT EXISTS audit_version ON watchpost.audit (version)',
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
  'CREATE INDEX IF NOT EXISTS snapshots_recent ON watchpost.snapshots (channel, camera, taken_at DESC) WHERE seen',
  'CREATE INDEX IF NOT EXISTS snapshots_fingerprint ON watchpost.snapshots (taken_at) WHERE fingerprint IS NOT NULL',
  'CREATE INDEX IF NOT EXISTS snapshots_expire ON watchpost.snapshots (expires_at)',
  `CREATE OR REPLACE FUNCTION watchpost.next_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE watchpost.gallery SET version = version + 1 RETURNING version INTO NEW.version;
      RETURN NEW;
    END $$`,
  `CREATE OR REPLACE FUNCTION watchpost.tell() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_notify('watchpost_gallery', TG_ARGV[0]);
      RETURN NULL;
    END $$`,
  'DROP TRIGGER IF EXISTS edited ON watchpost.persons',
  `CREATE TRIGGER edited BEFORE UPDATE ON watchpost.persons FOR EACH ROW
    WHEN (NEW.version = OLD.version AND (NEW.name, NEW.number, NEW.aliases, NEW.ignored, NEW.merged_into, NEW.deleted)
      IS DISTINCT FROM (OLD.name, OLD.number, OLD.aliases, OLD.ignored, OLD.merged_into, OLD.deleted))
    EXECUTE FUNCTION watchpost.next_version()`,
  'DROP TRIGGER IF EXISTS added ON watchpost.persons',
  `CREATE TRIGGER added BEFORE INSERT ON watchpost.persons FOR EACH ROW WHEN (NEW.version = 0) EXECUTE FUNCTION watchpost.next_version()`,
  'DROP TRIGGER IF EXISTS edited ON watchpost.faces',
  `CREATE TRIGGER edited BEFORE UPDATE ON watchpost.faces FOR EACH ROW
    WHEN (NEW.version = OLD.version AND (NEW.person_id, NEW.role, NEW.deleted) IS DISTINCT FROM (OLD.person_id, OLD.role, OLD.deleted))
    EXECUTE FUNCTION watchpost.next_version()`,
  'DROP TRIGGER IF EXISTS removed ON watchpost.persons',
  `CREATE TRIGGER removed AFTER DELETE ON watchpost.persons FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell('edited')`,
  'DROP TRIGGER IF EXISTS removed ON watchpost.faces',
  `CREATE TRIGGER removed AFTER DELETE ON watchpost.faces FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell('edited')`,
  'DROP TRIGGER IF EXISTS changed ON watchpost.gallery',
  `CREATE TRIGGER changed AFTER UPDATE ON watchpost.gallery FOR EACH STATEMENT EXECUTE FUNCTION watchpost.tell('changed')`,
];

/** The advisory lock under which the tables are created; an arbitrary number. */
export const schemaLock = 7_250_411;

/** The channel of the triggers' notifications. */
export const notifyChannel = 'watchpost_gallery';
