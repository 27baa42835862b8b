import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import type { Client } from 'pg';
import { expect, it } from 'vitest';
import { proxied } from '../support/cut-proxy.ts';
import { replacement } from '../support/keep-replacement.ts';
import { never, onEachStore } from '../support/each-store.ts';
import { withPostgres } from '../support/gallery-backends.ts';
import { changeset, newFace, newPerson, snapshot } from '../support/gallery-samples.ts';

const log = createLogger('test', 'silent');

onEachStore(
  'data',
  ({ storage, database, another, commit, changesSince }) => {
    const byHand = async (work: (client: Client) => Promise<unknown>) =>
      withPostgres(storage(), async (client) => void (await work(client)));

    it('waits while a newer release keeps the gallery, and leaves its tables alone', async () => {
      const base = await database().store.head(never);
      await byHand(async (client) =>
        client.query(`UPDATE watchpost.gallery SET format = format + 100; UPDATE watchpost.schema_made SET hash = 'newer';
          DROP FUNCTION watchpost.record_1(jsonb)`),
      );
      const newer = { code: 'database-newer', retry: 'transient' };
      const { store, archive } = await another();
      await expect(store.head(never)).rejects.toMatchObject(newer);
      await expect(store.changes(0, { embeddings: false }, () => undefined, never)).rejects.toMatchObject(newer);
      await expect(store.commit(base, changeset({ persons: [newPerson('p1')] }), 'c1', never)).rejects.toMatchObject(newer);
      await expect(archive.replaceAll(replacement(1), (async function* () {})(), never)).rejects.toMatchObject(newer);
      await byHand(async (client) => {
        const { rows: made } = await client.query("SELECT hash, to_regproc('watchpost.record_1') AS record FROM watchpost.schema_made");
        expect(made).toEqual([{ hash: 'newer', record: null }]);
        await client.query('UPDATE watchpost.gallery SET format = format - 100');
      });
      expect(await store.head(never)).toMatchObject({ version: 0 });
    });

    it('takes over the tables of an earlier release, in which nobody may be somebody else', async () => {
      await commit({ persons: [newPerson('p1')] });
      await byHand(async (client) =>
        client.query(`ALTER TABLE watchpost.persons DROP COLUMN may_be; UPDATE watchpost.schema_made SET hash = 'earlier'`),
      );
      const { store } = await another();
      expect((await changesSince(0)).persons).toMatchObject([{ id: 'p1', mayBe: null }]);
      const noted = changeset({ persons: [{ id: 'p1', isNew: false, set: { mayBe: 'p2' } }] });
      await store.commit(await store.head(never), noted, 'c1', never);
      expect((await changesSince(0)).persons).toMatchObject([{ id: 'p1', mayBe: 'p2' }]);
    });

    it('refuses a NUL for ever, wherever it comes from', async () => {
      const refused = { code: 'gallery-refused', retry: 'permanent' };
      const { records, sightings } = database();
      const job = { snapshotId: 's1', channel: 'slack:C1', camera: null, takenAtMs: 1_000 };
      await expect(records.open({ ...job, camera: 'Do\u0000or' } as never, never)).rejects.toMatchObject(refused);
      await expect(sightings.record(snapshot({ camera: 'Do\u0000or' }), [], never)).rejects.toMatchObject(refused);
      await sightings.record(snapshot(), [], never);
    });

    it('finds its commit in the head when the answer was lost', async () => {
      const { proxy, behind } = await proxied(storage());
      const cut = await openDatabase(behind, { log }, never);
      try {
        const base = await cut.store.head(never);
        const lost = proxy.loseAnswers(300);
        await expect(cut.store.commit(base, changeset({ persons: [newPerson('p1')] }), 'mine', never)).rejects.toMatchObject({
          code: 'gallery-unavailable',
        });
        await lost;
        expect(await cut.store.head(never)).toMatchObject({ epoch: base.epoch, version: 1, recent: [{ version: 1, id: 'mine' }] });
        expect((await changesSince(0)).persons.map(({ id }) => id)).toEqual(['p1']);
      } finally {
        await cut.close();
        await proxy.close();
      }
    });

    it('skips faces and mends persons that cannot be read as they are', async () => {
      await commit({ persons: [newPerson('p1', { number: 3 })], faces: ['f1', 'f2', 'f3', 'f4', 'f5'].map((id) => newFace(id, 'p1')) });
      await byHand(async (client) => {
        await client.query(String.raw`UPDATE watchpost.faces SET embedding = '\x010203' WHERE id = 'f1'`);
        await client.query(String.raw`UPDATE watchpost.faces SET embedding = '\x0000c07f' WHERE id = 'f2'`);
        await client.query("UPDATE watchpost.faces SET embedding = NULL WHERE id = 'f3'");
        await client.query("UPDATE watchpost.faces SET quality = 'NaN' WHERE id = 'f4'");
        await client.query(
          "UPDATE watchpost.persons SET name = ' ', number = -3, aliases = '{Ada,NULL}', created_at = '-infinity' WHERE id = 'p1'",
        );
      });
      const all = await changesSince(0);
      expect(all.faces.map(({ id }) => id)).toEqual(['f5']);
      expect(all.persons).toMatchObject([{ id: 'p1', name: 'Unnamed', number: null, aliases: ['Ada'], createdAtMs: 0 }]);
      expect(all.faults.map(({ kind, id }) => `${kind} ${id}`).sort()).toEqual(
        'face f1,face f2,face f3,face f4,person p1,person p1,person p1'.split(','),
      );
      const { repairs } = database();
      await repairs.repair(await repairs.faults(never), never);
      expect(await repairs.faults(never)).toEqual([]);
      expect((await changesSince(0)).faults).toEqual([]);
    });
  },
  { only: 'PostgreSQL' },
);
