import { aboutOnePerson, keyedByPersons, namingInBody, personKey } from '../../person-documents.ts';
import type { Eraser } from '../../store.ts';
import type { Postgres } from './connect.ts';

/** How long an erased tombstone is kept: a process that was disconnected still learns of the deletion, and what is written late is erased too. */
const tombstone = "interval '7 days'";
/** Rows that one statement removes: it is over soon, and so are its locks. */
const pageRows = 500;

/** $1 milliseconds ago, by the database's clock. */
const longAgo = "now() - $1 * interval '1 millisecond'";

/** What was deleted while the database's clock was ahead must not wait until that time has come. */
const stampDeleted = ['persons', 'faces', 'pairs'].map(
  (table) => `UPDATE watchpost.${table} SET deleted_at = now() WHERE deleted AND deleted_at > now()`,
);

/** Erases deleted rows that nobody has locked; others are left to the next time. */
const eraseRows = (table: string, set: string): string =>
  `UPDATE watchpost.${table} SET ${set}, erased = true WHERE id = ANY(ARRAY(
     SELECT id FROM watchpost.${table} WHERE deleted AND NOT erased AND deleted_at < ${longAgo}
     ORDER BY deleted_at LIMIT ${pageRows} FOR UPDATE SKIP LOCKED)) RETURNING id`;

/**
 * What remains of erased persons and faces. Each time for all tombstones: a sighting that was decided before a person was forgotten may
 * be recorded after that.
 */
const eraseRest: readonly string[] = [
  `WITH gone AS (
     UPDATE watchpost.sighted_faces SET person_id = NULL, face_id = NULL, similarity = NULL, evidence = NULL, said_by = NULL, embedding = NULL
     WHERE person_id = ANY(ARRAY(SELECT id FROM watchpost.persons WHERE deleted AND erased)) RETURNING snapshot_id, position)
   DELETE FROM watchpost.sighting_crops c USING gone WHERE c.snapshot_id = gone.snapshot_id AND c.position = gone.position`,
  'DELETE FROM watchpost.last_seen WHERE person_id = ANY(ARRAY(SELECT id FROM watchpost.persons WHERE deleted AND erased))',
  // A record that is saved meanwhile is found the next time.
  `UPDATE watchpost.snapshots SET body = jsonb_set(body, '{faces}', (
     SELECT jsonb_agg(CASE WHEN f->>'personId' IN (SELECT id FROM watchpost.persons WHERE deleted AND erased)
       THEN f || '{"personId": null, "similarity": null}' ELSE f END ORDER BY n)
     FROM jsonb_array_elements(body->'faces') WITH ORDINALITY AS l(f, n)))
   WHERE jsonb_path_query_array(body, '$.faces[*].personId') ?| ARRAY(SELECT id FROM watchpost.persons WHERE deleted AND erased)`,
  `UPDATE watchpost.audit SET summary = '(erased)', inverse = NULL
   WHERE person_ids && ARRAY(SELECT id FROM watchpost.persons WHERE deleted AND erased) AND (summary <> '(erased)' OR inverse IS NOT NULL)`,
  `DELETE FROM watchpost.documents WHERE kind = '${aboutOnePerson}'
     AND id = ANY(ARRAY(SELECT id FROM watchpost.persons WHERE deleted AND erased))`,
  'DELETE FROM watchpost.face_crops WHERE face_id = ANY(ARRAY(SELECT id FROM watchpost.faces WHERE deleted AND erased))',
  ...['persons', 'faces'].map((table) => `DELETE FROM watchpost.${table} WHERE deleted AND erased AND deleted_at < now() - ${tombstone}`),
  // Somebody who marks a pair as deleted by hand does not say when; for persons and faces a trigger notes it.
  'UPDATE watchpost.pairs SET deleted_at = now() WHERE deleted AND deleted_at IS NULL',
  `DELETE FROM watchpost.pairs WHERE deleted AND deleted_at < now() - ${tombstone}`,
];

/** Removes the oldest rows: `at`, a time, is before `limit`. In its order, which is that of an index. */
const removePage = (table: string, key: string, at: string, limit: string): string =>
  `DELETE FROM watchpost.${table} WHERE ${key} = ANY(ARRAY(
     SELECT ${key} FROM watchpost.${table} WHERE ${at} < ${limit} ORDER BY ${at} LIMIT ${pageRows} FOR UPDATE SKIP LOCKED))`;

/**
 * A merged person goes when nothing names it any more, no document either; when it was last seen counts for the person that it became. OFFSET 0 makes the
 * planner look into an index for each person; otherwise it may read whole tables for a join.
 */
const removeMerged = `WITH waited_for AS MATERIALIZED (
    SELECT match[1] AS id FROM watchpost.documents, regexp_matches(body::text, '"personId":"([^"]+)"', 'g') AS match WHERE kind = '${namingInBody}'),
  gone AS (
    DELETE FROM watchpost.persons WHERE id = ANY(ARRAY(
      SELECT p.id FROM watchpost.persons p
      WHERE p.merged_into IS NOT NULL AND p.merged_at < ${longAgo} AND NOT p.deleted AND NOT p.edited
        AND NOT EXISTS (SELECT FROM watchpost.document_keys WHERE kind = '${keyedByPersons}' AND key = '${personKey('')}' || p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.documents WHERE kind = '${aboutOnePerson}' AND id = p.id OFFSET 0)
        AND p.id NOT IN (SELECT id FROM waited_for)
        AND NOT EXISTS (SELECT FROM watchpost.sighted_faces WHERE person_id = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.faces WHERE person_id = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.faces WHERE shows = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.pairs WHERE person_ids[1] = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.pairs WHERE person_ids[2] = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.persons other WHERE other.merged_into = p.id OFFSET 0)
        AND NOT EXISTS (SELECT FROM watchpost.persons other WHERE other.may_be = p.id OFFSET 0)
      LIMIT ${pageRows} FOR UPDATE OF p SKIP LOCKED)) RETURNING id, merged_into),
  seen AS (DELETE FROM watchpost.last_seen s USING gone WHERE s.person_id = gone.id RETURNING gone.merged_into, s.at, s.channel, s.camera),
  folded AS (
    INSERT INTO watchpost.last_seen AS l (person_id, at, channel, camera)
      SELECT DISTINCT ON (merged_into) merged_into, at, channel, camera FROM seen ORDER BY merged_into, at DESC
      ON CONFLICT (person_id) DO UPDATE SET at = excluded.at, channel = excluded.channel, camera = excluded.camera WHERE l.at < excluded.at)
  SELECT FROM gone`;

/** Every statement is a transaction of its own, and can be repeated: what one that failed has left is removed the next time. */
export function createPostgresEraser({ query }: Postgres): Eraser {
  /** Repeats a statement until there is nothing left for it. Resolves to the number of rows. */
  const all = async (text: string, values: unknown[], signal: AbortSignal): Promise<number> => {
    for (let sum = 0; ;) {
      const { rowCount } = await query(text, values, signal);
      sum += rowCount;
      if (rowCount < pageRows) return sum;
    }
  };

  return {
    erase: async ({ deletedMs, auditMs, mergedMs }, signal) => {
      for (const text of stampDeleted) await query(text, [], signal);
      const persons = await all(eraseRows('persons', "name = '(erased)', aliases = '{}', may_be = NULL"), [deletedMs], signal);
      const faces = await all(eraseRows('faces', 'embedding = NULL'), [deletedMs], signal);
      for (const text of eraseRest) await query(text, [], signal);
      await all(removePage('audit', 'id', 'at', longAgo), [auditMs], signal);
      // On MongoDB a TTL index does this.
      for (const table of ['sightings', 'snapshots']) await all(removePage(table, 'snapshot_id', 'expires_at', 'now()'), [], signal);
      await all(removeMerged, [mergedMs], signal);
      return persons + faces;
    },
  };
}
