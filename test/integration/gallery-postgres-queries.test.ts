import { randomUUID } from 'node:crypto';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { withPostgres } from '../support/gallery-backends.ts';
import { changeset, sightedFace, snapshot } from '../support/gallery-samples.ts';

const rows = 20_000;
const hour = 3_600_000;
/** Longer than the time for which a connection keeps its statistics to itself. */
const settleMs = 1_200;

/** A large gallery of which the server has no statistics, as after a restore. */
async function fill(client: Client): Promise<void> {
  for (const table of ['persons', 'faces', 'pairs', 'sightings', 'sighted_faces', 'audit', 'last_seen'])
    await client.query(`ALTER TABLE watchpost.${table} SET (autovacuum_enabled = false)`);
  const many = `FROM generate_series(1, ${String(rows)}) n`;
  await client.query(`INSERT INTO watchpost.persons (id, name, version) SELECT 'p' || n, 'Name ' || n, n ${many}`);
  await client.query(`INSERT INTO watchpost.persons (id, name, merged_into, merged_at, version)
    SELECT 'm' || n, 'Merged ' || n, 'p1', now() - interval '1 year', 1 FROM generate_series(1, 20) n`);
  await client.query(`INSERT INTO watchpost.faces (id, person_id, model_id, role, embedding, quality, size_px, version)
    SELECT 'f' || n, 'p' || n, 'm', 'reference', decode('0000803f', 'hex'), 1, 90, n ${many}`);
  await client.query(`INSERT INTO watchpost.pairs SELECT 'p' || n || ' p0', ARRAY['p' || n, 'p0'], false, NULL, n ${many}`);
  await client.query(`INSERT INTO watchpost.sightings SELECT 's' || n, 'c', NULL, to_timestamp(n), now() + interval '1 day' ${many}`);
  await client.query(`INSERT INTO watchpost.sighted_faces
      (snapshot_id, position, box, decision, person_id, face_id, model_id, quality, size_px, taken_at)
    SELECT 's' || n, 0, '{"x":1,"y":1,"width":1,"height":1}', 'match', 'p' || n % 200, 'f' || n, 'm', 1, 90, to_timestamp(n) ${many}`);
  await client.query(`INSERT INTO watchpost.audit (id, action, actor, at, person_ids, summary, version)
    SELECT 'a' || n, 'name', 'u' || n % 5, now(), ARRAY['p' || n], 's', n ${many}`);
  await client.query(`INSERT INTO watchpost.last_seen SELECT 'p' || n, now(), 'c', NULL ${many}`);
  await client.query(`UPDATE watchpost.gallery SET version = ${String(rows)}`);
}

onEachStore(
  'queries',
  ({ storage, database }) => {
    /** How many times a whole large table was read, and how many rows were fetched through an index, of all large tables. */
    const readSoFar = async (): Promise<{ whole: string[]; rows: number }> => {
      const read: { whole: string[]; rows: number } = { whole: [], rows: 0 };
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      await withPostgres(storage(), async (client) => {
        const { rows: found } = await client.query<{ relname: string; seq_scan: string; idx_tup_fetch: string }>(
          "SELECT relname, seq_scan, idx_tup_fetch FROM pg_stat_user_tables WHERE schemaname = 'watchpost' AND n_live_tup > 1000",
        );
        read.whole = found.map((table) => `${table.relname}: ${table.seq_scan}`).sort();
        read.rows = found.reduce((sum, table) => sum + Number(table.idx_tup_fetch), 0);
      });
      return read;
    };

    it('never read a whole table, without statistics', async () => {
      await withPostgres(storage(), fill);
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      // The connections that made the tables report what they read then.
      await Promise.all([1, 2, 3, 4].map(async () => database().store.head(never)));
      const before = await readSoFar();
      expect(before.whole).toHaveLength(7);
      const { store, sightings, audit, eraser, close } = await openDatabase(storage(), { log: createLogger('test', 'silent') }, never);
      let found = 0;
      await store.changes(
        rows - 300,
        { embeddings: true },
        ({ persons, faces, pairs }) => (found += persons.length + faces.length + pairs.length),
        never,
      );
      expect(found).toBe(900);
      expect(await sightings.ofPersons(['p1', 'p2'], 5, never)).toHaveLength(5);
      expect(await audit.newest(3, { actor: 'u1' }, never)).toHaveLength(3);
      expect(await audit.newest(3, {}, never)).toHaveLength(3);
      expect(await audit.find('a1999', never)).toHaveLength(2);
      await store.edits(never);
      await store.faces({ personIds: ['p1'] }, { embeddings: true }, never);
      const change = changeset({
        persons: [{ id: 'p5', isNew: false, set: { deleted: true } }],
        faces: [{ id: 'f5', isNew: false, set: { deleted: true } }],
        moveSightings: [{ faceIds: ['f9', 'f10'], from: ['p9', 'p10'], to: 'p1' }],
        assignments: [{ snapshotId: 's77', position: 0, personId: null, saidBy: 'u' }],
      });
      await store.commit(await store.head(never), change, randomUUID(), never);
      await sightings.record(snapshot({ faces: [sightedFace()] }), [], never);
      expect(await eraser.erase({ deletedMs: -1_000, auditMs: hour, mergedMs: hour }, never)).toBe(2);
      await close();
      const small = await readSoFar();
      expect(small.whole).toEqual(before.whole);
      // The rows that were asked for, and little else.
      expect(small.rows - before.rows).toBeLessThan(2_000);
      await database().store.changes(0, { embeddings: false }, ({ persons }) => (found += persons.length), never);
      await database().store.ids('face', (page) => (found += page.length), never);
      await database().store.head(never);
      const all = await readSoFar();
      expect(found).toBeGreaterThan(2 * rows);
      expect(all.rows - small.rows).toBeLessThan(5 * rows);
    }, 60_000);
  },
  { only: 'PostgreSQL' },
);
