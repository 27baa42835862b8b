import { highestVersion } from '../../store.ts';

/**
 * A commit is one statement, so a process that is stopped in its middle holds nothing. It locks all that it touches first, without
 * waiting (55P03 where somebody else holds it), and the head last: whoever waits for the head is never waited for by who holds it, so
 * there is no deadlock.
 * Rows are found by lists of ids and in loops, so that the server needs no statistics to use an index.
 * The number rises when an older release would lose something of a change: processes of two releases use one database while they are updated,
 * each with its own function.
 */
export const commitFunction = `CREATE OR REPLACE FUNCTION watchpost.commit_2(base_epoch text, base_version bigint, commit_id text, change jsonb)
  RETURNS jsonb LANGUAGE plpgsql AS $$
  DECLARE
    head watchpost.gallery;
    next bigint := base_version + 1;
    newest bigint;
    move record;
    touched_persons text[] := ARRAY(SELECT c->>'id' FROM jsonb_array_elements(change->'persons' || (change#>'{adopt,persons}')) c);
    touched_faces text[] := ARRAY(SELECT c->>'id' FROM jsonb_array_elements(change->'faces') c)
      || ARRAY(SELECT jsonb_array_elements_text(change#>'{adopt,faceIds}'));
    touched_pairs text[] := ARRAY(SELECT c->>'id' FROM jsonb_array_elements(change->'pairs') c);
  BEGIN
    SELECT * INTO STRICT head FROM watchpost.gallery;
    IF head.format > (change->>'format')::int THEN RETURN '{"outcome": "newer"}'; END IF;
    IF head.epoch <> base_epoch OR head.version <> base_version THEN RETURN '{"outcome": "conflict"}'; END IF;

    LOCK TABLE watchpost.persons, watchpost.faces, watchpost.face_crops, watchpost.pairs, watchpost.sighted_faces, watchpost.audit,
      watchpost.gallery IN ROW EXCLUSIVE MODE NOWAIT;
    PERFORM FROM watchpost.persons WHERE id = ANY(touched_persons) FOR NO KEY UPDATE NOWAIT;
    PERFORM FROM watchpost.faces WHERE id = ANY(touched_faces) FOR NO KEY UPDATE NOWAIT;
    PERFORM FROM watchpost.pairs WHERE id = ANY(touched_pairs) FOR NO KEY UPDATE NOWAIT;
    PERFORM FROM watchpost.audit WHERE id = change#>>'{audit,undoes}' FOR NO KEY UPDATE NOWAIT;
    FOR move IN SELECT ARRAY(SELECT jsonb_array_elements_text(m->'faceIds')) AS faces FROM jsonb_array_elements(change->'moveSightings') m LOOP
      PERFORM FROM watchpost.sighted_faces WHERE face_id = ANY(move.faces) FOR NO KEY UPDATE NOWAIT;
    END LOOP;
    FOR move IN SELECT * FROM jsonb_to_recordset(change->'assignments') AS a("snapshotId" text, "position" int) LOOP
      PERFORM FROM watchpost.sighted_faces WHERE snapshot_id = move."snapshotId" AND position = move."position" FOR NO KEY UPDATE NOWAIT;
    END LOOP;

    SELECT * INTO STRICT head FROM watchpost.gallery FOR UPDATE;
    IF head.epoch <> base_epoch OR head.version <> base_version THEN RETURN '{"outcome": "conflict"}'; END IF;
    -- A row with a higher version than the gallery's was edited by hand, or copied: a process that has read it would ignore what is written now.
    SELECT max(version) INTO newest FROM (
      SELECT version FROM watchpost.persons WHERE id = ANY(touched_persons) UNION ALL
      SELECT version FROM watchpost.faces WHERE id = ANY(touched_faces) UNION ALL
      SELECT version FROM watchpost.pairs WHERE id = ANY(touched_pairs)) touched WHERE version <= ${highestVersion};
    IF newest > base_version THEN
      UPDATE watchpost.gallery SET version = newest;
      RETURN '{"outcome": "conflict"}';
    END IF;
    IF EXISTS (
      SELECT FROM watchpost.persons p JOIN jsonb_array_elements(change->'persons') c ON c->>'id' = p.id
      WHERE p.id = ANY(touched_persons) AND p.edited AND NOT EXISTS (
        SELECT FROM jsonb_to_recordset(change#>'{adopt,persons}') AS a(id text, name text) WHERE a.id = p.id AND a.name = p.name)
    ) OR EXISTS (
      SELECT FROM watchpost.faces f JOIN jsonb_array_elements(change->'faces') c ON c->>'id' = f.id
      WHERE f.id = ANY(touched_faces) AND f.edited AND NOT change#>'{adopt,faceIds}' ? f.id
    ) THEN RETURN '{"outcome": "edited"}'; END IF;

    INSERT INTO watchpost.persons
        (id, name, number, aliases, ignored, merged_into, merged_at, former_numbers, may_be, deleted, deleted_at, created_at, version)
      SELECT c->>'id', s->>'name', (s->>'number')::bigint, ARRAY(SELECT jsonb_array_elements_text(s->'aliases')), (s->>'ignored')::boolean,
        s->>'mergedInto', to_timestamp((s->>'mergedAtMs')::numeric / 1000),
        ARRAY(SELECT jsonb_array_elements_text(s->'formerNumbers')::bigint), s->>'mayBe', (s->>'deleted')::boolean,
        CASE WHEN (s->>'deleted')::boolean THEN now() END, to_timestamp((s->>'createdAtMs')::numeric / 1000), next
      FROM jsonb_array_elements(change->'persons') c, LATERAL (SELECT c->'set') AS l(s) WHERE (c->>'isNew')::boolean
      -- The tombstone of somebody whose row was not removed, only its merge or its mark edited by hand.
      ON CONFLICT (id) DO UPDATE SET name = excluded.name, number = excluded.number, aliases = excluded.aliases, ignored = excluded.ignored,
        merged_into = excluded.merged_into, merged_at = excluded.merged_at, former_numbers = excluded.former_numbers,
        may_be = excluded.may_be,
        deleted = excluded.deleted, deleted_at = excluded.deleted_at, edited = false, version = excluded.version;
    UPDATE watchpost.persons p SET
        name = CASE WHEN s ? 'name' THEN s->>'name' ELSE name END,
        number = CASE WHEN s ? 'number' THEN (s->>'number')::bigint ELSE number END,
        aliases = CASE WHEN s ? 'aliases' THEN ARRAY(SELECT jsonb_array_elements_text(s->'aliases')) ELSE aliases END,
        ignored = CASE WHEN s ? 'ignored' THEN (s->>'ignored')::boolean ELSE ignored END,
        merged_into = CASE WHEN s ? 'mergedInto' THEN s->>'mergedInto' ELSE merged_into END,
        merged_at = CASE WHEN s ? 'mergedAtMs' THEN to_timestamp((s->>'mergedAtMs')::numeric / 1000) ELSE merged_at END,
        former_numbers = CASE WHEN s ? 'formerNumbers' THEN ARRAY(SELECT jsonb_array_elements_text(s->'formerNumbers')::bigint)
          ELSE former_numbers END,
        may_be = CASE WHEN s ? 'mayBe' THEN s->>'mayBe' ELSE may_be END,
        deleted = CASE WHEN s ? 'deleted' THEN (s->>'deleted')::boolean ELSE deleted END,
        deleted_at = CASE WHEN NOT s ? 'deleted' THEN deleted_at WHEN (s->>'deleted')::boolean THEN now() END,
        created_at = CASE WHEN s ? 'createdAtMs' THEN to_timestamp((s->>'createdAtMs')::numeric / 1000) ELSE created_at END,
        edited = false,
        version = next
      FROM jsonb_array_elements(change->'persons') c, LATERAL (SELECT c->'set') AS l(s)
      WHERE p.id = ANY(touched_persons) AND p.id = c->>'id' AND NOT (c->>'isNew')::boolean;
    UPDATE watchpost.persons p SET edited = false, version = next
      FROM jsonb_to_recordset(change#>'{adopt,persons}') AS a(id text, name text)
      WHERE p.id = ANY(touched_persons) AND p.id = a.id AND p.name = a.name AND p.version <> next;

    INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px, snapshot_id, position, shows, created_at,
        deleted, deleted_at, version)
      SELECT c->>'id', s->>'personId', s->>'modelId', s->>'role', decode(s->>'embedding', 'base64'), (s->>'quality')::float8,
        (s->>'sizePx')::float8, s->>'snapshotId', (s->>'position')::int, s->>'shows', to_timestamp((s->>'createdAtMs')::numeric / 1000),
        (s->>'deleted')::boolean, CASE WHEN (s->>'deleted')::boolean THEN now() END, next
      FROM jsonb_array_elements(change->'faces') c, LATERAL (SELECT c->'set') AS l(s) WHERE (c->>'isNew')::boolean;
    INSERT INTO watchpost.face_crops (face_id, jpeg)
      SELECT c->>'id', decode(c->>'crop', 'base64') FROM jsonb_array_elements(change->'faces') c WHERE c->>'crop' IS NOT NULL;
    UPDATE watchpost.faces f SET
        person_id = CASE WHEN s ? 'personId' THEN s->>'personId' ELSE person_id END,
        role = CASE WHEN s ? 'role' THEN s->>'role' ELSE role END,
        shows = CASE WHEN s ? 'shows' THEN s->>'shows' ELSE shows END,
        deleted = CASE WHEN s ? 'deleted' THEN (s->>'deleted')::boolean ELSE deleted END,
        deleted_at = CASE WHEN NOT s ? 'deleted' THEN deleted_at WHEN (s->>'deleted')::boolean THEN now() END,
        edited = false,
        version = next
      FROM jsonb_array_elements(change->'faces') c, LATERAL (SELECT c->'set') AS l(s)
      WHERE f.id = ANY(touched_faces) AND f.id = c->>'id' AND NOT (c->>'isNew')::boolean;
    UPDATE watchpost.faces SET edited = false, version = next
      WHERE id = ANY(ARRAY(SELECT jsonb_array_elements_text(change#>'{adopt,faceIds}'))) AND version <> next;

    INSERT INTO watchpost.pairs (id, person_ids, deleted, deleted_at, version)
      SELECT c->>'id', ARRAY(SELECT jsonb_array_elements_text(c->'personIds')), (c->>'deleted')::boolean,
        CASE WHEN (c->>'deleted')::boolean THEN now() END, next
      FROM jsonb_array_elements(change->'pairs') c
      ON CONFLICT (id) DO UPDATE SET deleted = excluded.deleted, deleted_at = excluded.deleted_at, version = excluded.version;

    FOR move IN SELECT ARRAY(SELECT jsonb_array_elements_text(m->'faceIds')) AS faces, m->>'to' AS target,
        ARRAY(SELECT jsonb_array_elements_text(m->'from')) AS sources FROM jsonb_array_elements(change->'moveSightings') m LOOP
      UPDATE watchpost.sighted_faces SET person_id = move.target
        WHERE face_id = ANY(move.faces) AND person_id = ANY(move.sources) AND said_by IS NULL;
    END LOOP;
    FOR move IN SELECT * FROM jsonb_to_recordset(change->'assignments')
        AS a("snapshotId" text, "position" int, "personId" text, "saidBy" text, decision text) LOOP
      UPDATE watchpost.sighted_faces SET person_id = move."personId", said_by = move."saidBy", decision = COALESCE(move.decision, decision)
        WHERE snapshot_id = move."snapshotId" AND position = move."position";
    END LOOP;

    INSERT INTO watchpost.audit (id, action, actor, place, at, person_ids, summary, inverse, undone, undoes, version)
      SELECT a->>'id', a->>'action', a#>>'{actor,id}', a#>>'{actor,where}', to_timestamp((a->>'atMs')::numeric / 1000),
        ARRAY(SELECT jsonb_array_elements_text(a->'personIds')), a->>'summary', a->>'inverse', (a->>'undone')::boolean, a->>'undoes', next
      FROM (SELECT change->'audit') AS l(a) WHERE jsonb_typeof(a) = 'object';
    UPDATE watchpost.audit SET undone = true WHERE id = change#>>'{audit,undoes}';

    UPDATE watchpost.gallery g SET
        version = next,
        next_number = COALESCE((change->>'nextNumber')::bigint, g.next_number),
        recent = (
          SELECT jsonb_agg(e ORDER BY n)
          FROM jsonb_array_elements(g.recent || jsonb_build_object('version', next, 'id', commit_id)) WITH ORDINALITY AS l(e, n)
          WHERE n > jsonb_array_length(g.recent) + 1 - (change->>'keepRecent')::int)
      RETURNING * INTO head;
    RETURN jsonb_build_object('outcome', 'done', 'head', to_jsonb(head) || jsonb_build_object('now_ms', extract(epoch FROM clock_timestamp()) * 1000));
  END $$`;

/** Stores the sightings of a snapshot, and when their persons were last seen, in one statement: popular persons' rows are locked for its time only. */
export const recordFunction = `CREATE OR REPLACE FUNCTION watchpost.record_1(seen jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    snapshot text := seen->>'snapshotId';
    taken timestamptz := to_timestamp((seen->>'takenAtMs')::numeric / 1000);
  BEGIN
    INSERT INTO watchpost.sightings (snapshot_id, channel, camera, taken_at, expires_at)
      VALUES (snapshot, seen->>'channel', seen->>'camera', taken, now() + (seen->>'keepMs')::bigint * interval '1 millisecond')
      ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN RETURN false; END IF;
    INSERT INTO watchpost.sighted_faces
        (snapshot_id, position, box, decision, person_id, similarity, face_id, model_id, quality, size_px, said_by, evidence, embedding, taken_at)
      SELECT snapshot, n - 1, f->'box', f->>'decision', f->>'personId', (f->>'similarity')::float8, f->>'faceId', f->>'modelId',
        (f->>'quality')::float8, (f->>'sizePx')::float8, f->>'saidBy', NULLIF(f->'evidence', 'null'), decode(f->>'embedding', 'base64'), taken
      FROM jsonb_array_elements(seen->'faces') WITH ORDINALITY AS l(f, n);
    INSERT INTO watchpost.sighting_crops (snapshot_id, position, jpeg)
      SELECT snapshot, (c->>'position')::int, decode(c->>'jpeg', 'base64') FROM jsonb_array_elements(seen->'crops') c;
    -- Always in the same order, so that two snapshots of the same persons cannot deadlock.
    INSERT INTO watchpost.last_seen AS l (person_id, at, channel, camera)
      SELECT p, taken, seen->>'channel', seen->>'camera' FROM jsonb_array_elements_text(seen->'personIds') p ORDER BY p
      ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, channel = excluded.channel, camera = excluded.camera WHERE l.at < excluded.at;
    RETURN true;
  END $$`;
