import { Client } from 'pg';
import type { Filling } from './fill.ts';
import { cameras, channel, cropEvery, modelId, plannedEvidence, spanMs, spread, uncertainEvery, withEvidence } from './planned.ts';

const personsAtOnce = 2_000;

/** Fills PostgreSQL; it makes the sightings itself. */
export async function fillPostgres(url: string, filling: Filling): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    // What a crash loses here is filled again.
    await client.query('SET synchronous_commit = off');
    await fillPersons(client, filling);
    await fillFaces(client, filling);
    if (filling.sizes.people > 0 && filling.sizes.sightings > 0) await fillSightings(client, filling);
    await fillRecords(client, filling);
    await client.query('UPDATE watchpost.gallery SET version = $1, next_number = $2', [
      filling.sizes.changes + 1,
      filling.sizes.people + 1,
    ]);
    // As the server itself does in time: what an index says of rows is trusted only then.
    await client.query('VACUUM (ANALYZE) watchpost.sighted_faces');
    await client.query('ANALYZE');
  } finally {
    await client.end();
  }
}

async function fillPersons(client: Client, { persons }: Filling): Promise<void> {
  for (let from = 0; from < persons.length; from += personsAtOnce) {
    await client.query(
      `INSERT INTO watchpost.persons (id, name, number, aliases, ignored, may_be, created_at, version)
       SELECT p->>'id', p->>'name', (p->>'number')::bigint, ARRAY(SELECT jsonb_array_elements_text(p->'aliases')), (p->>'ignored')::boolean,
         p->>'mayBe', to_timestamp((p->>'createdAtMs')::numeric / 1000), 1 FROM jsonb_array_elements($1::jsonb) p`,
      [JSON.stringify(persons.slice(from, from + personsAtOnce))],
    );
  }
}

async function fillFaces(client: Client, { faces }: Filling): Promise<void> {
  for (const batch of faces()) {
    const rows = batch.map((face) => ({ ...face, crop: undefined, embedding: undefined, at: new Date(face.createdAtMs).toISOString() }));
    const vectors = batch.map(({ embedding }) => bytesOf(embedding));
    await client.query(
      `INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px, snapshot_id, position, created_at, version)
       SELECT f->>'id', f->>'personId', f->>'modelId', f->>'role', vector, (f->>'quality')::float8, (f->>'sizePx')::float8,
         f->>'snapshotId', (f->>'position')::int, (f->>'at')::timestamptz, 1
       FROM unnest($1::jsonb[], $2::bytea[]) AS u(f, vector)`,
      [rows.map((row) => JSON.stringify(row)), vectors],
    );
    await client.query('INSERT INTO watchpost.face_crops (face_id, jpeg) SELECT * FROM unnest($1::text[], $2::bytea[])', [
      batch.map(({ id }) => id),
      batch.map(({ crop }) => crop),
    ]);
  }
}

const bytesOf = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
const eight = (sql: string): string => `lpad((${sql})::text, 8, '0')`;

async function fillSightings(client: Client, { sizes, nowMs, crops, vectors, unsure }: Filling): Promise<void> {
  const { people, sightings } = sizes;
  const person = `floor(${people} * power(((i::bigint * ${spread.multiplier}) % ${spread.modulus})::float8 / ${spread.modulus}, 2))::bigint`;
  const taken = `to_timestamp(floor(${nowMs} - ${spanMs}::float8 * i / ${sightings}) / 1000)`;
  await client.query(
    `INSERT INTO watchpost.sightings (snapshot_id, channel, camera, taken_at, recorded_at, expires_at)
     SELECT 'fill-' || ${eight('i')}, '${channel}', ($1::text[])[1 + i % ${cameras.length}], ${taken}, ${taken}, ${taken} + interval '30 days'
     FROM generate_series(0, ${sightings} - 1) i`,
    [[...cameras]],
  );
  await client.query(
    `INSERT INTO watchpost.sighted_faces (snapshot_id, position, box, decision, person_id, similarity, face_id, model_id, quality, size_px,
       evidence, embedding, taken_at)
     SELECT 'fill-' || ${eight('i')}, 0, '{"x": 400, "y": 200, "width": 120, "height": 150}',
       CASE WHEN i % ${uncertainEvery} = 5 THEN 'uncertain' WHEN p % 5 = 3 THEN 'unknown' ELSE 'match' END,
       ${eight('p')} || '-0000-4000-8000-000000000000', 0.55 + (i % 40) / 100.0, ${eight('p')} || '-0001-4000-8000-000000000000',
       '${modelId}', 0.5 + (i % 50) / 100.0, 40 + i % 160, CASE WHEN i < ${withEvidence} THEN $1::jsonb END,
       ($2::bytea[])[1 + i % ${vectors.length}], ${taken}
     FROM (SELECT i, ${person} AS p FROM generate_series(0, ${sightings} - 1) i) numbered`,
    [JSON.stringify(plannedEvidence), vectors.map((vector) => bytesOf(vector))],
  );
  await client.query(
    `INSERT INTO watchpost.sighting_crops (snapshot_id, position, jpeg)
     SELECT 'fill-' || ${eight('i')}, 0, ($1::bytea[])[1 + p % ${crops.length}]
     FROM (SELECT i, ${person} AS p FROM generate_series(0, ${sightings} - 1, ${cropEvery}) i WHERE i < 200000) numbered`,
    [crops],
  );
  await client.query(
    'UPDATE watchpost.sighted_faces f SET embedding = vector FROM unnest($1::text[], $2::bytea[]) AS u(id, vector) WHERE snapshot_id = id',
    [unsure.map(({ snapshotId }) => snapshotId), unsure.map(({ embedding }) => bytesOf(embedding))],
  );
  await client.query(
    `INSERT INTO watchpost.last_seen (person_id, at, channel, camera)
     SELECT DISTINCT ON (person_id) person_id, f.taken_at, channel, camera FROM watchpost.sighted_faces f JOIN watchpost.sightings USING (snapshot_id)
     WHERE decision <> 'uncertain' ORDER BY person_id, f.taken_at DESC`,
  );
}

async function fillRecords(client: Client, { records, entries }: Filling): Promise<void> {
  const atOnce = 2_000;
  for (let from = 0; from < records.length; from += atOnce) {
    const rows = records.slice(from, from + atOnce).map((record) => JSON.stringify({ ...record, fingerprint: undefined }));
    await client.query(
      `INSERT INTO watchpost.snapshots (snapshot_id, revision, channel, camera, taken_at, expires_at, seen, outcome, outcome_at, body)
       SELECT r->>'snapshotId', 3, r#>>'{job,channel}', r#>>'{job,camera}', to_timestamp((r#>>'{job,takenAtMs}')::numeric / 1000),
         now() + interval '30 days', true, r->>'outcome', to_timestamp((r->>'outcomeAtMs')::numeric / 1000), r FROM unnest($1::jsonb[]) r`,
      [rows],
    );
  }
  await client.query(
    `INSERT INTO watchpost.audit (id, action, actor, at, person_ids, summary, version)
     SELECT e->>'id', e->>'action', e#>>'{actor,id}', to_timestamp((e->>'atMs')::numeric / 1000),
       ARRAY(SELECT jsonb_array_elements_text(e->'personIds')), e->>'summary', (e->>'version')::bigint FROM unnest($1::jsonb[]) e`,
    [entries.map((entry) => JSON.stringify(entry))],
  );
}
