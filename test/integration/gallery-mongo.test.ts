import { connect } from 'node:net';
import { once } from 'node:events';
import { galleryFormat, type Changeset } from '@watchpost/gallery/domain';
import { connectMongo, type MongoConnection } from '@watchpost/gallery/stores/mongo/connect';
import type { ChangeEvent } from '@watchpost/gallery/store';
import { BSON, ObjectId, type Collection, type Document, type Sort } from 'mongodb';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';
import { replacement } from '../support/keep-replacement.ts';
import { audit, changeset, newFace, newPerson, snapshot } from '../support/gallery-samples.ts';
import { until } from '../support/until.ts';

onEachStore(
  'what is special about a gallery',
  ({ storage, database, another, commit, changesSince, backend }) => {
    let connection: MongoConnection;
    const url = (): string => storage().MONGO_CONNECTION_STRING ?? '';
    const named = (name: string): Collection<{ _id: string } & Document> => connection.db.collection(name);
    const tryToCommit = async (change: Partial<Changeset>) => {
      const { store } = database();
      return store.commit(await store.head(never), changeset(change), crypto.randomUUID(), never);
    };

    beforeEach(async () => {
      connection = await connectMongo(url(), never);
    });
    afterEach(async () => {
      await connection.close();
    });

    it('reads the newest and writes durably, whatever the connection string says', async () => {
      const extra = `${url()}${url().includes('?') ? '&' : '?'}readPreference=secondary&maxStalenessSeconds=120&readConcernLevel=available&w=0&wtimeout=1&j=false`;
      const other = await connectMongo(extra, never);
      try {
        const { db } = other;
        expect([db.readPreference.mode, db.readConcern?.level, db.writeConcern?.w]).toEqual(['primary', 'local', 'majority']);
        expect(db.writeConcern).toMatchObject({ journal: true, wtimeoutMS: 5_000 });
        const own = db.collection('persons');
        expect([own.readPreference?.mode, own.readConcern?.level, own.writeConcern?.w]).toEqual(['primary', 'local', 'majority']);
        await commit({ persons: [newPerson('p1')] });
        // There is no secondary: a read from one would wait in vain.
        expect(await own.countDocuments()).toBe(1);
      } finally {
        await other.close();
      }
    });

    it('waits while a newer release keeps it, and does not touch what that has written', async () => {
      const { store } = database();
      await commit({ persons: [newPerson('p1')] });
      const base = await store.head(never);
      const newer = { code: 'database-newer', retryAfterMs: 30_000 };
      const calls = [
        async () => store.head(never),
        async () => store.changes(0, { embeddings: true }, () => undefined, never),
        async () => database().sightings.record(snapshot(), [], never),
        async () => database().upkeep.lease('a', 1_000, never),
        async () => database().eraser.erase({ deletedMs: 0, auditMs: 0, mergedMs: 0 }, never),
      ];
      await named('gallery').updateOne({}, { $set: { format: galleryFormat + 1 } });
      for (const call of calls) await expect(call()).rejects.toMatchObject(newer);
      expect(await store.commit(base, changeset(), 'x', never)).toBe('conflict');
      const pending = {
        format: 1,
        version: 2,
        persons: [],
        faces: [],
        pairs: [],
        crops: [],
        audit: null,
        moveSightings: [],
        assignments: [],
      };
      const foreign = [
        { ...pending, adoptPersons: [], adoptFaces: [], zones: ['door'] },
        { ...pending, adoptPersons: [], adoptFaces: [], format: galleryFormat + 1 },
        { ...pending, adoptPersons: [], adoptFaces: [], persons: [{ _id: 'p1', isNew: false, set: { nickname: 'A' } }] },
      ];
      for (const each of foreign) {
        await named('gallery').updateOne({}, { $set: { format: 1, version: 2, pending: each } });
        for (const call of calls) await expect(call()).rejects.toMatchObject(newer);
        expect((await named('gallery').findOne())?.['pending']).toEqual(each);
      }
      await named('gallery').updateOne({}, { $set: { pending: { ...pending, adoptPersons: [], adoptFaces: [] } } });
      expect(await store.head(never)).toMatchObject({ version: 2 });
    });

    it('refuses for ever what no document can hold', async () => {
      const crops = Array.from({ length: 17 }, (_, index) => newFace(`f${String(index)}`, 'p1', new Uint8Array(1_000_000)));
      const huge = [
        { faces: crops },
        { audit: audit({ summary: 'x'.repeat(40_000_000) }) },
        { audit: audit({ summary: 'x'.repeat(16_777_000) }) },
      ];
      for (const change of huge) await expect(tryToCommit(change)).rejects.toMatchObject({ code: 'gallery-refused', retry: 'permanent' });
      const seen = snapshot({ channel: 'x'.repeat(17_000_000) });
      await expect(database().sightings.record(seen, [], never)).rejects.toMatchObject({ code: 'gallery-refused' });
      expect(await database().store.head(never)).toMatchObject({ version: 0 });
      await commit({ persons: [newPerson('p1')] });
    });

    it('goes on without a document that somebody has made too large to be changed', async () => {
      await commit({ persons: [newPerson('p1'), newPerson('p2')] });
      await named('persons').updateOne({ _id: 'p1' }, { $set: { photo: 'x'.repeat(16_000_000) } });
      const aliases = Array.from({ length: 15_000 }, (_, index) => `An alias with many characters, number ${String(index)}`);
      const persons = ['p1', 'p2'].map((id) => ({ id, isNew: false as const, set: { aliases } }));
      await commit({ persons: [...persons, newPerson('p3')] });
      expect(await database().store.head(never)).toMatchObject({ version: 2 });
      const found = (await changesSince(0)).persons.map(({ id, aliases: all }) => [id, all.length]);
      expect(new Map(found as [string, number][])).toEqual(
        new Map([
          ['p1', 0],
          ['p2', 15_000],
          ['p3', 0],
        ]),
      );
    });

    it('reads around documents of every kind of nonsense', async () => {
      await commit({ persons: [newPerson('good')], faces: [newFace('f1', 'good')] });
      const bad: Record<string, Document> = {
        number: { name: 5 },
        list: { name: ['Ada'] },
        nothing: { name: null, number: 7 },
        flags: {
          name: 'Ada',
          ignored: 'yes',
          deleted: 0,
          number: 'three',
          aliases: 'Countess',
          mergedInto: 4,
          createdAt: 'today',
          version: 'new',
        },
      };
      for (const [_id, fields] of Object.entries(bad)) await named('persons').insertOne({ _id, ...fields });
      await connection.db.collection('persons').insertOne({ _id: new ObjectId('65a000000000000000000001'), name: 'By hand' });
      await insertBrokenText(url(), connection.db.databaseName);
      await named('faces').insertOne({ _id: 'f2', personId: 'good' });
      const { _id: _, deleted: __, version: ___, ...face } = (await named('faces').findOne({ _id: 'f1' }))!;
      await named('faces').insertOne({ ...face, _id: 'f3' });
      await named('pairs').insertOne({ _id: 'one two', personIds: ['one'], version: 1 });
      const { persons, faces, pairs, faults } = await changesSince(0);
      const names = Object.fromEntries(persons.map(({ id, name }) => [id, name]));
      expect(names).toMatchObject({ good: 'Name of good', number: 'Unnamed', list: 'Unnamed', nothing: 'Unknown 7', flags: 'Ada' });
      expect(names['broken']).toMatch(/^Ada/);
      expect([faces.map(({ id }) => id).sort(), pairs]).toEqual([['f1', 'f3'], []]);
      const kinds = new Set(faults.map(({ kind, id }) => `${kind} ${id}`));
      expect([...kinds].sort()).toEqual(
        [
          'face f2',
          'pair one two',
          'person 65a000000000000000000001',
          'person flags',
          'person list',
          'person nothing',
          'person number',
        ].sort(),
      );
      const { repairs } = database();
      await repairs.repair(await repairs.faults(never), never);
      expect(await repairs.faults(never)).toEqual([]);
      const after = await changesSince(0);
      expect(after.persons.map(({ id }) => id)).toContain('65a000000000000000000001');
      expect(after.faces.map(({ id }) => id).sort()).toEqual(['f1', 'f3']);
    });

    it('finds history, sightings, and what to erase by an index', async () => {
      const some = { $in: ['p1', 'p2'] };
      const text = { ...some, $type: 'string' };
      const at = { $lt: new Date() };
      const queries: [string, Document, Sort?][] = [
        ['audit', {}, { version: -1 }],
        ['audit', { 'actor.id': 'cli' }, { version: -1 }],
        ['audit', { _id: { $gte: 'abc', $lt: 'abd' }, placeholder: null }],
        ['audit', { personIds: some }],
        ['audit', { at }],
        ['sightings', { 'faces.personId': some }, { takenAt: -1, _id: -1 }],
        ['sightings', { 'faces.faceId': some, faces: { $type: 'array' } }],
        ['persons', { version: { $gt: 3 } }],
        ['persons', { deleted: true, deletedAt: at }],
        ['persons', { mergedInto: text, deleted: { $ne: true } }],
        ['faces', { version: { $gt: 3 } }],
        ['faces', { _id: { $type: 'string' }, version: null, placeholder: null }],
        ['faces', { personId: some, deleted: { $ne: true } }],
        ['faces', { shows: text, deleted: { $ne: true } }],
        ['faces', { deleted: true, deletedAt: at, purgeAt: null }],
        ['pairs', { version: { $gt: 3 } }],
        ['pairs', { personIds: some, deleted: { $ne: true } }],
      ];
      const scans: [string, Document, boolean][] = [];
      for (const [name, which, sort = {}] of queries) {
        const plan = JSON.stringify(await named(name).find(which).sort(sort).limit(5).explain('queryPlanner'));
        scans.push([name, which, /COLLSCAN|"SORT"/.test(plan) || !/IXSCAN|IDHACK/.test(plan)]);
      }
      expect(scans.filter(([, , isSlow]) => isSlow)).toEqual([]);
    });

    it('that an early release has left has an epoch from the first look on', async () => {
      await named('gallery').deleteMany({});
      await named('gallery').insertOne({ _id: 'gallery', version: 4, nextNumber: 3, pending: null });
      const heads = await Promise.all([database(), await another()].map(async ({ store }) => store.head(never)));
      expect(heads[0]).toMatchObject({ version: 4, nextNumber: 3, recent: [] });
      expect(heads[0]?.epoch).toBe(heads[1]?.epoch);
      await commit({ persons: [newPerson('p1')] });
    });

    it('says so when a restore did not finish', async () => {
      await database().store.head(never);
      const stopped = { replacing: true, by: 'somebody', before: { version: 7, nextNumber: 3 } };
      await named('gallery').replaceOne({ _id: 'gallery' }, stopped);
      await expect(database().store.head(never)).rejects.toMatchObject({
        code: 'gallery-unavailable',
        message: expect.stringContaining('restore') as string,
      });
      expect(await database().archive.counts(never)).toBeNull();
      await database().archive.replaceAll(replacement(1), (async function* () {})(), never);
      expect(await database().store.head(never)).toMatchObject({ version: 8, nextNumber: 3 });
    });

    it.skipIf(backend.name.includes('standalone'))(
      'reports nothing after it was dropped, but does so to whoever listens again',
      async () => {
        const { feed } = database();
        for (const lose of [async () => connection.db.dropDatabase(), async () => named('persons').drop()]) {
          await commit({ persons: [newPerson(crypto.randomUUID())] });
          const stop = new AbortController();
          const events: ChangeEvent[] = [];
          let listening = 0;
          const listen = async (): Promise<void> =>
            feed.watch(
              (event) => events.push(event),
              () => (listening += 1),
              stop.signal,
            );
          let broken = false;
          const first = listen().catch(() => (broken = true));
          await until('it listens', () => listening === 1, 5_000);
          await lose();
          await until('the loss is reported, or breaks the stream', () => events.includes('edited') || broken, 5_000);
          const second = listen();
          await until('it listens again', () => listening === 2, 5_000);
          events.length = 0;
          await commit({ persons: [newPerson(crypto.randomUUID())] });
          expect(await until('a commit is reported again', () => events.includes('changed'), 5_000)).toBe(true);
          stop.abort();
          await Promise.all([first, second]);
        }
      },
    );
  },
  { only: 'MongoDB' },
);

/** Inserts a person whose name is no UTF-8, which no driver would send. OP_MSG: https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
async function insertBrokenText(url: string, database: string): Promise<void> {
  const body = Buffer.from(
    BSON.serialize({ insert: 'persons', documents: [{ _id: 'broken', name: 'AdaXY', version: 1, own: {} }], $db: database }),
  );
  body.fill(0xff, body.indexOf('XY'), body.indexOf('XY') + 2);
  const head = Buffer.alloc(21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(2013, 12);
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(Buffer.concat([head, body]));
  await once(socket, 'data');
  socket.destroy();
}
