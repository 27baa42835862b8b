import { z } from 'zod';
import { holdingNames, holdingsOf, mostCounted, mostPruned, sampled, type HoldingName, type Holdings } from '../../holdings.ts';
import type { Postgres } from './connect.ts';

const millis = z.coerce.number().nullable();
const sizeSchema = z.object({
  name: z.enum(holdingNames),
  count: z.coerce.number(),
  exact: z.boolean(),
  bytes: z.coerce.number(),
  oldest: millis,
  due: millis,
});
const documentsSchema = z.object({ kind: z.string(), count: z.coerce.number(), bytes: z.coerce.number(), oldest: millis, due: millis });
const tracesSchema = z.object({
  persons: z.coerce.number(),
  faces: z.coerce.number(),
  crops: z.coerce.number(),
  sightings: z.coerce.number(),
  sightingCrops: z.coerce.number(),
  lastSeen: z.coerce.number(),
  audit: z.coerce.number(),
  records: z.coerce.number(),
});
const namesSchema = z.object({ name: z.string() });
const clockSchema = z.object({ now_ms: z.coerce.number() });

const ms = (time: string): string => `(extract(epoch FROM ${time}) * 1000)::float8`;
/** What the database believes; below 0: nobody has counted since the table was made. */
const believed = (table: string): string => `(SELECT reltuples FROM pg_class WHERE oid = 'watchpost.${table}'::regclass)`;
const sizeOf = (table: string): string => `pg_total_relation_size('watchpost.${table}')::float8`;

/** Few rows are counted, the others are believed. */
const whole = (name: HoldingName, table: string, oldest = 'NULL', due = 'NULL'): string =>
  `SELECT '${name}' AS name, CASE WHEN c.n > ${mostCounted} THEN greatest(c.n, ${believed(table)}) ELSE c.n END::float8 AS count,
     c.n <= ${mostCounted} AS exact, ${sizeOf(table)} AS bytes, ${oldest}::float8 AS oldest, ${due}::float8 AS due
   FROM (SELECT count(*) AS n FROM (SELECT FROM watchpost.${table} LIMIT ${mostCounted + 1}) AS x) AS c`;

const first = (table: string, time: string): string => `(SELECT ${ms(`min(${time})`)} FROM watchpost.${table})`;

/** Of these there are as many as people, not as pictures: they are counted. */
const persons = `WITH p AS (
    SELECT CASE WHEN deleted THEN 'deleted' WHEN number IS NOT NULL AND lower(name) = 'unknown ' || number THEN 'unknown' ELSE 'named' END AS name,
      greatest(created_at, l.at) AS seen_at, deleted_at, pg_column_size(persons.*) AS bytes
    FROM watchpost.persons LEFT JOIN watchpost.last_seen l ON l.person_id = persons.id WHERE merged_into IS NULL OR deleted)
  SELECT name, count(*)::float8 AS count, true AS exact, sum(bytes)::float8 AS bytes, ${ms('min(seen_at)')} AS oldest,
    CASE WHEN name = 'deleted' THEN ${ms('min(deleted_at)')} END AS due FROM p GROUP BY name`;

const faces = `SELECT CASE role WHEN 'negative' THEN 'negatives' ELSE 'faces' END AS name, count(*)::float8 AS count, true AS exact,
    (count(*) * 4900)::float8 AS bytes, ${ms('min(created_at)')} AS oldest, NULL::float8 AS due
  FROM watchpost.faces WHERE NOT deleted GROUP BY role`;

const sizes = [
  `(${persons})`,
  `(${faces})`,
  `(${whole('crops', 'face_crops')})`,
  `(${whole('pairs', 'pairs')})`,
  `(${whole('sightings', 'sightings', first('sightings', 'COALESCE(recorded_at, taken_at)'), first('sightings', 'expires_at'))})`,
  `(${whole('sightingCrops', 'sighting_crops')})`,
  `(${whole('lastSeen', 'last_seen')})`,
  `(${whole('audit', 'audit', first('audit', 'at'))})`,
  `(${whole('records', 'snapshots', first('snapshots', 'COALESCE(recorded_at, taken_at)'), first('snapshots', 'expires_at'))})`,
].join(' UNION ALL ');

const documents = `SELECT k.kind, c.n AS count, coalesce(s.bytes, 0) AS bytes, ${ms('o.at')} AS oldest, ${ms('o.expires_at')} AS due
  FROM unnest($1::text[]) AS k(kind),
    LATERAL (SELECT count(*) AS n FROM (SELECT FROM watchpost.documents d WHERE d.kind = k.kind LIMIT ${mostCounted + 1}) AS x) AS c,
    LATERAL (SELECT avg(octet_length(x.body::text) + 200) AS bytes
             FROM (SELECT body FROM watchpost.documents d WHERE d.kind = k.kind ORDER BY at DESC, id DESC LIMIT ${sampled}) AS x) AS s
  LEFT JOIN LATERAL (SELECT at, expires_at FROM watchpost.documents d WHERE d.kind = k.kind ORDER BY at, id LIMIT 1) AS o ON true`;

/** The expression of an index (schema.ts). */
const personsOfRecord = `jsonb_path_query_array(body, '$.faces[*].personId')`;

const traces = `SELECT
  (SELECT count(*) FROM watchpost.persons WHERE id = ANY($1) AND (name <> '(erased)' OR aliases <> '{}')) AS persons,
  (SELECT count(*) FROM watchpost.faces WHERE (id = ANY($2) OR person_id = ANY($1) OR shows = ANY($1)) AND embedding IS NOT NULL) AS faces,
  (SELECT count(*) FROM watchpost.face_crops WHERE face_id = ANY($2)) AS crops,
  (SELECT count(*) FROM watchpost.sighted_faces WHERE person_id = ANY($1)) AS sightings,
  (SELECT count(*) FROM watchpost.sighting_crops c JOIN watchpost.sighted_faces f USING (snapshot_id, position) WHERE f.person_id = ANY($1)) AS "sightingCrops",
  (SELECT count(*) FROM watchpost.last_seen WHERE person_id = ANY($1)) AS "lastSeen",
  (SELECT count(*) FROM watchpost.audit WHERE person_ids && $1 AND (summary <> '(erased)' OR inverse IS NOT NULL)) AS audit,
  (SELECT count(*) FROM watchpost.snapshots WHERE ${personsOfRecord} ?| $1) AS records`;

/** The oldest beyond the limit ($1 milliseconds), by the index on when they were made. */
const pruneBy = (table: string): string =>
  `DELETE FROM watchpost.${table} WHERE snapshot_id = ANY(ARRAY(
     SELECT snapshot_id FROM watchpost.${table} WHERE COALESCE(recorded_at, taken_at) < now() - $1 * interval '1 millisecond'
     ORDER BY COALESCE(recorded_at, taken_at) LIMIT ${mostPruned} FOR UPDATE SKIP LOCKED))`;
const pruneCrops = ['face_crops', 'sighting_crops'].map(
  (table) => `DELETE FROM watchpost.${table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM watchpost.${table} LIMIT ${mostPruned}))`,
);

/** How much the tables hold. */
export function createPostgresHoldings({ query }: Postgres): Holdings {
  return {
    traces: async ({ personIds, faceIds }, signal) => {
      const { rows } = await query(traces, [personIds, faceIds], signal);
      return tracesSchema.parse(rows[0]);
    },
    namesOf: async (personIds, signal) => {
      const { rows } = await query(
        `SELECT DISTINCT unnest(array_append(aliases, name)) AS name FROM watchpost.persons WHERE id = ANY($1) AND name <> '(erased)'`,
        [personIds],
        signal,
      );
      return rows.map((row) => namesSchema.parse(row).name);
    },
    sizes: async (signal) => {
      const [{ rows }, clock] = await Promise.all([
        query(sizes, [], signal),
        query('SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms', [], signal),
      ]);
      const found = new Map(
        rows.map((row) => {
          const { name, count, exact, bytes, oldest, due } = sizeSchema.parse(row);
          return [name, { count, isExact: exact, atLeast: false, bytes, oldestMs: oldest, nextDueMs: due }] as const;
        }),
      );
      return { ...holdingsOf((name) => found.get(name)), nowMs: clockSchema.parse(clock.rows[0]).now_ms };
    },
    documents: async (kinds, signal) => {
      const { rows } = await query(documents, [kinds], signal);
      return new Map(
        rows.map((row) => {
          const { kind, count, bytes, oldest, due } = documentsSchema.parse(row);
          const atLeast = count > mostCounted;
          const counted = Math.min(count, mostCounted);
          return [
            kind,
            { count: counted, isExact: !atLeast, atLeast, bytes: Math.round(bytes * counted), oldestMs: oldest, nextDueMs: due },
          ];
        }),
      );
    },
    prune: async (outdated, signal) => {
      if (outdated.kind !== 'crops') {
        const table = outdated.kind === 'records' ? 'snapshots' : 'sightings';
        return (await query(pruneBy(table), [outdated.keepMs], signal)).rowCount;
      }
      let pruned = 0;
      for (const text of pruneCrops) pruned += (await query(text, [], signal)).rowCount;
      return pruned;
    },
  };
}
