import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pairId, type Changeset, type FaceChange, type StoredPerson } from '@watchpost/gallery/domain';
import { connectMongo, type MongoConnection } from '@watchpost/gallery/stores/mongo/connect';
import { createMongoGalleryStore } from '@watchpost/gallery/stores/mongo/gallery-store';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import type { Document } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { replacement } from '../support/keep-replacement.ts';
import { emptyGallery, galleryBackends } from '../support/gallery-backends.ts';
import { audit, changeset, newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';
import type { Service } from '../support/services.ts';
import { stalledDatabase } from '../support/stalled-database.ts';
import { startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const log = createLogger('test', 'silent');

const collections = ['persons', 'faces', 'pairs', 'face_crops', 'sightings', 'last_seen', 'audit', 'gallery'];

for (const backend of galleryBackends.filter(({ name }) => name.startsWith('MongoDB'))) {
  describeWith(backend.needs, `a process that wakes late on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let database: Database;
    let connection: MongoConnection;

    const commit = async (change: Partial<Changeset>, id = crypto.randomUUID()) =>
      database.store.commit(await database.store.head(never), changeset(change), id, never);

    const everything = async (): Promise<Record<string, Document[]>> => {
      const all: Record<string, Document[]> = {};
      for (const name of collections) all[name] = await connection.db.collection(name).find().sort({ _id: 1 }).toArray();
      return all;
    };

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      database = await openDatabase(storage, { log }, never);
      connection = await connectMongo(storage.MONGO_CONNECTION_STRING ?? '', never);
    });
    afterEach(async () => {
      await connection.close();
      await database.close();
      await emptyGallery(storage);
    });

    // Short vectors, for messages that can be read.
    const embedding = new Float32Array([1]);
    const small = (face: FaceChange): FaceChange => (face.isNew ? { ...face, set: { ...face.set, embedding } } : face);
    const sighted = (faceId: string) => sightedFace({ faceId, embedding });
    const first = audit({ id: 'audit-1' });
    const prepare = async (): Promise<void> => {
      await connection.db.collection('gallery').deleteMany({});
      for (const name of collections) await connection.db.collection(name).deleteMany({});
      await commit({
        persons: [newPerson('p1'), newPerson('p2')],
        faces: [small(newFace('f1', 'p1')), small(newFace('f2', 'p1'))],
        pairs: [{ id: pairId('p1', 'p2'), personIds: ['p1', 'p2'], deleted: false }],
        audit: first,
      });
      const faces = [sighted('f1'), sighted('f2'), sighted('f2')];
      await database.sightings.record(snapshot({ snapshotId: 's1', faces }), [], never);
    };
    /** Touches everything that a change can touch. */
    const late: Partial<Changeset> = {
      persons: [{ id: 'p1', isNew: false, set: { name: 'Ada', aliases: ['Late'] } }, newPerson('p3')],
      faces: [
        { id: 'f1', isNew: false, set: { deleted: true } },
        { id: 'f2', isNew: false, set: { personId: 'p3' } },
        small(newFace('f3', 'p3', new Uint8Array([1, 2, 3]))),
      ],
      pairs: [
        { id: pairId('p1', 'p2'), personIds: ['p1', 'p2'], deleted: true },
        { id: pairId('p1', 'p3'), personIds: ['p1', 'p3'], deleted: false },
      ],
      audit: audit({ id: 'audit-2', action: 'undo', undoes: 'audit-1', inverse: null }),
      moveSightings: [{ faceIds: ['f2'], from: ['p1'], to: 'p3' }],
      assignments: [{ snapshotId: 's1', position: 0, personId: 'p2', saidBy: 'reader' }],
    };

    const waysOn: Record<string, () => Promise<unknown>> = {
      'with changes of the same': async () => {
        await commit({
          persons: [{ id: 'p1', isNew: false, set: { name: 'Grace', aliases: [] } }],
          faces: [
            { id: 'f1', isNew: false, set: { deleted: false } },
            { id: 'f2', isNew: false, set: { personId: 'p1' } },
          ],
          pairs: [
            { id: pairId('p1', 'p2'), personIds: ['p1', 'p2'], deleted: false },
            { id: pairId('p1', 'p3'), personIds: ['p1', 'p3'], deleted: true },
          ],
          moveSightings: [{ faceIds: ['f2'], from: ['p3'], to: 'p1' }],
          assignments: [{ snapshotId: 's1', position: 0, personId: 'p1', saidBy: null }],
        });
        await database.sightings.record(snapshot({ snapshotId: 's2', faces: [sighted('f2')] }), [], never);
      },
      'with removals by hand': async () => {
        for (const [name, id] of Object.entries({
          persons: 'p3',
          faces: 'f3',
          face_crops: 'f3',
          pairs: pairId('p1', 'p3'),
          audit: 'audit-2',
        }))
          await connection.db.collection<{ _id: string }>(name).deleteOne({ _id: id });
      },
      'with a forgotten and erased person': async () => {
        await commit({
          persons: [{ id: 'p3', isNew: false, set: { deleted: true } }],
          faces: [{ id: 'f3', isNew: false, set: { deleted: true } }],
        });
        await database.eraser.erase({ deletedMs: -60_000, auditMs: 1e12, mergedMs: 1e12 }, never);
        await connection.db.collection<{ _id: string }>('persons').deleteOne({ _id: 'p3' });
      },
      'with another gallery restored from a file': async () => {
        const { deleted: _, ...person } = newPerson('p1').set as StoredPerson;
        const batches = (async function* () {
          yield await Promise.resolve({
            kind: 'person' as const,
            lines: [{ ...person, deletedAtMs: null, kind: 'person' as const, id: 'p1' }],
          });
        })();
        await database.archive.replaceAll(replacement(1), batches, never);
      },
    };

    it('leaves a name that somebody edits by hand meanwhile, wherever it was stopped', async () => {
      let stop = 1;
      // Once the change is carried out, nobody is called that any more.
      for (let isInTime = true; ; stop += 1) {
        await prepare();
        let made = 0;
        const db = stalledDatabase(connection.db, async () => {
          made += 1;
          if (made === stop) await backend.renameByHand(storage, 'Name of p1', 'By hand').catch(() => (isInTime = false));
        });
        const head = await createMongoGalleryStore(db, log).commit(await database.store.head(never), changeset(late), 'late', never);
        if (!isInTime) break;
        expect(head).toMatchObject({ version: 2 });
        const { persons } = await database.store.edits(never);
        expect(persons).toMatchObject([{ id: 'p1', name: 'By hand', aliases: ['Late'], version: 2 }]);
        const adopt = { persons: persons.map(({ id, name }) => ({ id, name })), faceIds: [] };
        await commit({ adopt, persons: [{ id: 'p1', isNew: false, set: { name: 'Later' } }] });
        expect(await database.store.edits(never)).toEqual({ persons: [], faceIds: [] });
        expect((await connection.db.collection('persons').findOne({ name: 'Later' }))?.['version']).toBe(3);
      }
      expect(stop).toBeGreaterThan(5);
    });

    it('erases a name that somebody gave by hand while the person was being forgotten, wherever it was stopped', async () => {
      const erase = async () => database.eraser.erase({ deletedMs: -60_000, auditMs: 1e12, mergedMs: 1e12 }, never);
      const forget: Partial<Changeset> = {
        persons: ['p1', 'p4'].map((id) => ({ id, isNew: false, set: { deleted: true } })),
        audit: audit({ id: 'forget', personIds: ['p1', 'p4'], action: 'forget' }),
      };
      for (const name of ['Name of p1', 'Name of p4']) {
        let stop = 1;
        for (let isOver = false; !isOver; stop += 1) {
          await prepare();
          // Merged into the one who is forgotten.
          await commit({ persons: [newPerson('p4', { mergedInto: 'p1', mergedAtMs: 1_000 })] });
          let made = 0;
          const db = stalledDatabase(connection.db, async () => {
            made += 1;
            if (made === stop) await backend.renameByHand(storage, name, 'By hand');
          });
          await createMongoGalleryStore(db, log).commit(await database.store.head(never), changeset(forget), 'forget', never);
          isOver = made < stop;
          if (isOver) break;
          // Adopts what was edited.
          const opened = await startGallery(storage);
          await expect.poll(async () => (await database.store.edits(never)).persons, { timeout: 5_000 }).toEqual([]);
          await opened.gallery.close();
          await erase();
          expect(JSON.stringify(await everything()), `${name}, stopped before call ${String(stop)}`).not.toContain('By hand');
        }
        expect(stop).toBeGreaterThan(3);
      }
    });

    it('erases what a change says whose process died before it was through', async () => {
      await prepare();
      await commit({ persons: [{ id: 'p1', isNew: false, set: { deleted: true } }] });
      await backend.renameByHand(storage, 'Name of p1', 'By hand');
      let isCommitted = false;
      const db = stalledDatabase(connection.db, async (call) => {
        if (isCommitted && call === 'gallery.updateOne') throw new Error('killed');
        isCommitted ||= call === 'gallery.findOneAndUpdate';
        return Promise.resolve();
      });
      const adopt = { persons: [{ id: 'p1', name: 'By hand' }], faceIds: [] };
      const edited = audit({ id: 'edited', action: 'edit', personIds: ['p1'], summary: 'edited in the database: By hand was removed' });
      const head = await database.store.head(never);
      await expect(createMongoGalleryStore(db, log).commit(head, changeset({ adopt, audit: edited }), 'adopt', never)).rejects.toThrow(
        'killed',
      );
      expect((await connection.db.collection('gallery').findOne({}))?.['pending']).toMatchObject({ audit: { _id: 'edited' } });
      await database.eraser.erase({ deletedMs: -60_000, auditMs: 1e13, mergedMs: 1e12 }, never);
      expect(JSON.stringify(await everything())).not.toContain('By hand');
      expect((await everything())['audit']).toMatchObject([{ _id: 'audit-1' }, { _id: 'edited', summary: '(erased)' }]);
    });

    for (const [way, goOn] of Object.entries(waysOn)) {
      it(`changes nothing when the others went on ${way}, wherever it was stopped`, async () => {
        const stops: string[] = [];
        for (let stop = 0; ; stop += 1) {
          await prepare();
          let made = 0;
          let wake = (): void => undefined;
          let stopped: string | undefined;
          const asleep = new Promise<void>((resolve) => (wake = resolve));
          const db = stalledDatabase(connection.db, async (call) => {
            made += 1;
            // The first call is the commit itself; before it nothing has happened.
            if (made !== stop + 2) return;
            stopped = call;
            await asleep;
          });
          const slow = createMongoGalleryStore(db, log);
          let over = false;
          const committed = slow.commit(await database.store.head(never), changeset(late), 'late', never).finally(() => (over = true));
          await until('it is stopped or done', () => stopped !== undefined || over, 5_000);
          if (stopped === undefined) {
            await committed;
            break;
          }
          stops.push(stopped);
          await database.store.head(never);
          await goOn();
          const before = await everything();
          wake();
          expect(await committed).toMatchObject({ version: 2 });
          expect(await everything(), `stopped before ${stopped} (${String(stop)})`).toEqual(before);
        }
        expect(stops.length).toBeGreaterThan(10);
      });
    }
  });
}
