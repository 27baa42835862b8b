import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { ChangeBatch, ChangeEvent } from '@watchpost/gallery/store';
import type { Changeset } from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, galleryBackends, withMongo } from '../support/gallery-backends.ts';
import { audit, changeset, newFace, newPerson, sightedFace, snapshot } from '../support/gallery-samples.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

async function* nothing(): AsyncGenerator<never> {}

for (const backend of galleryBackends) {
  describeWith(backend.needs, `gallery store on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let database: Database;

    const changesSince = async (since: number, embeddings = true) => {
      const all: ChangeBatch = { persons: [], faces: [] };
      const head = await database.store.changes(
        since,
        { embeddings },
        (batch) => {
          all.persons.push(...batch.persons);
          all.faces.push(...batch.faces);
        },
        never,
      );
      return { head, ...all };
    };
    const commit = async (change: Partial<Changeset>) => {
      const head = await database.store.commit(await database.store.head(never), changeset(change), never);
      if (!head) throw new Error('somebody else committed');
      return head;
    };

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      database = await openDatabase(storage, { log: createLogger('test', 'silent') }, never);
    });
    afterEach(async () => {
      await database.close();
      await emptyGallery(storage);
    });

    it('reports everything committed since a version', async () => {
      const { store } = database;
      expect(await store.head(never)).toEqual({ version: 0, nextNumber: 1 });
      const first = await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')], nextNumber: 2 });
      expect(first).toEqual({ version: 1, nextNumber: 2 });
      const second = await commit({ persons: [newPerson('p2', { number: 7, aliases: ['Two'] })], faces: [newFace('f22', 'p2')] });
      expect(second).toEqual({ version: 2, nextNumber: 2 });
      const all = await changesSince(0);
      expect(all.head).toEqual(second);
      expect(all.persons.map(({ id }) => id).sort()).toEqual(['p1', 'p2']);
      const late = await changesSince(1);
      expect(late.persons).toEqual([{ id: 'p2', ...newPerson('p2', { number: 7, aliases: ['Two'] }).set, version: 2 }]);
      expect(late.faces).toEqual([{ id: 'f22', ...newFace('f22', 'p2').set, version: 2 }]);
      expect((await changesSince(0, false)).faces.map(({ embedding }) => embedding.length)).toEqual([0, 0]);
    });

    it('lets one of many commits on the same base succeed', async () => {
      const { store } = database;
      const base = await store.head(never);
      const tries = Array.from({ length: 12 }, (_, index) =>
        changeset({ persons: [newPerson(`p${String(index)}`)], nextNumber: index + 2 }),
      );
      const results = await Promise.all(tries.map(async (each) => store.commit(base, each, never)));
      const won = results.flatMap((result, index) => (result ? [index] : []));
      expect(won).toHaveLength(1);
      const { head, persons } = await changesSince(0);
      expect(head).toEqual({ version: 1, nextNumber: (won[0] ?? NaN) + 2 });
      expect(persons.map(({ id }) => id)).toEqual([`p${String(won[0])}`]);
    });

    it('changes only the fields in the change, and leaves deleted ones out of a full read', async () => {
      await commit({ persons: [newPerson('p1'), newPerson('p2')], faces: [newFace('f1', 'p1'), newFace('f22', 'p1')] });
      await backend.renameByHand(storage, 'Name of p1', 'Ada');
      const version = await commit({
        persons: [
          { id: 'p1', isNew: false, set: { ignored: true } },
          { id: 'p2', isNew: false, set: { deleted: true } },
        ],
        faces: [
          { id: 'f1', isNew: false, set: { personId: 'p2', role: 'negative' } },
          { id: 'f22', isNew: false, set: { deleted: true } },
        ],
      });
      const all = await changesSince(0);
      expect(all.persons).toEqual([{ id: 'p1', ...newPerson('p1', { name: 'Ada', ignored: true }).set, version: version.version }]);
      expect(all.faces).toMatchObject([{ id: 'f1', personId: 'p2', role: 'negative', quality: 0.5 }]);
      const late = await changesSince(version.version - 1);
      expect(late.persons.find(({ id }) => id === 'p2')?.deleted).toBe(true);
      expect(late.faces.find(({ id }) => id === 'f22')?.deleted).toBe(true);
      const { persons, faceIds } = await database.store.inventory({ faces: true }, never);
      expect([persons.map(({ id }) => id), faceIds]).toEqual([['p1'], ['f1']]);
      expect((await database.store.inventory({ faces: false }, never)).faceIds).toBeNull();
    });

    it('reads more faces than fit in one batch', async () => {
      const faces = Array.from({ length: 2_500 }, (_, index) => newFace(`f-${String(index)}`, 'p1'));
      for (let from = 0; from < faces.length; from += 500) await commit({ faces: faces.slice(from, from + 500) });
      const found = await changesSince(0);
      expect(new Set(found.faces.map(({ id }) => id)).size).toBe(2_500);
    });

    it('keeps sightings once, and when a person was last seen', async () => {
      const { sightings } = database;
      const first = snapshot({
        faces: [sightedFace(), sightedFace({ decision: 'unrecognisable', personId: null, similarity: null, faceId: null })],
      });
      expect(await sightings.find(first.snapshotId, never)).toBeNull();
      expect(await sightings.record(first, never)).toEqual(first);
      expect(await sightings.record({ ...first, faces: [sightedFace({ personId: 'p9' })] }, never)).toEqual(first);
      expect(await sightings.find(first.snapshotId, never)).toEqual(first);
      const later = snapshot({ takenAtMs: 5_000, camera: null });
      await sightings.record(later, never);
      await sightings.record(snapshot({ takenAtMs: 3_000 }), never);
      await sightings.record(snapshot({ takenAtMs: 9_000, faces: [sightedFace({ decision: 'uncertain' })] }), never);
      expect((await sightings.lastSeen(['p1', 'p2'], never)).get('p1')).toEqual({ atMs: 5_000, channel: 'slack:C1', camera: null });
      expect((await sightings.lastSeen(null, never)).size).toBe(1);
      expect((await sightings.ofPersons(['p1'], 2, never)).map(({ takenAtMs }) => takenAtMs)).toEqual([9_000, 5_000]);
    });

    it('moves sightings with their faces, and keeps the audit', async () => {
      const seen = snapshot({ faces: [sightedFace({ faceId: 'f1' }), sightedFace({ faceId: 'f2' })] });
      await database.sightings.record(seen, never);
      const entry = audit();
      await commit({ persons: [newPerson('p1')], moveSightings: [{ faceIds: ['f2'], personId: 'p2' }], audit: entry });
      const found = await database.sightings.find(seen.snapshotId, never);
      expect(found?.faces.map(({ personId }) => personId)).toEqual(['p1', 'p2']);
      const assignments = [
        { snapshotId: seen.snapshotId, position: 0, personId: null },
        { snapshotId: seen.snapshotId, position: 1, personId: 'p3' },
        { snapshotId: 'gone', position: 0, personId: 'p3' },
      ];
      await commit({ assignments });
      expect((await database.sightings.find(seen.snapshotId, never))?.faces.map(({ personId }) => personId)).toEqual([null, 'p3']);
      const undo = audit({ action: 'undo', undoes: entry.id, inverse: null });
      await commit({ audit: undo });
      expect(await database.audit.newest(5, never)).toEqual([
        { ...undo, version: 3 },
        { ...entry, version: 1, undone: true },
      ]);
    });

    it('does nothing when it was aborted before', async () => {
      const aborted = AbortSignal.abort();
      await commit({ persons: [newPerson('p1')] });
      let visited = 0;
      for (const call of [
        async () => database.store.changes(0, { embeddings: true }, () => (visited += 1), aborted),
        async () => database.store.commit({ version: 1, nextNumber: 1 }, { persons: [newPerson('p2')], faces: [] }, aborted),
        async () => database.archive.replaceAll({ version: 9, nextNumber: 9 }, nothing(), aborted),
        async () => database.audit.newest(1, aborted),
        async () => database.eraser.eraseDeleted(Date.now(), aborted),
      ])
        await expect(call()).rejects.toMatchObject({ code: 'aborted' });
      expect(visited).toBe(0);
      expect(await database.store.head(never)).toEqual({ version: 1, nextNumber: 1 });
    });

    it('erases what was deleted: vectors, crops, names, sightings, and names in the audit', async () => {
      await commit({
        persons: [newPerson('p1'), newPerson('p2')],
        faces: [newFace('f1', 'p1', new Uint8Array([1, 2])), newFace('f22', 'p2')],
      });
      await commit({ audit: audit({ summary: 'Unknown 1 → Secret' }) });
      const seen = snapshot({ faces: [sightedFace(), sightedFace({ personId: 'p2', faceId: 'f22' })] });
      await database.sightings.record(seen, never);
      expect(await database.store.crop('f1', never)).toEqual(new Uint8Array([1, 2]));
      await commit({
        persons: [{ id: 'p1', isNew: false, set: { deleted: true } }],
        faces: [{ id: 'f1', isNew: false, set: { deleted: true } }],
      });
      expect(await database.eraser.eraseDeleted(Date.now() - 60_000, never)).toBe(0);
      expect(await database.store.crop('f1', never)).not.toBeNull();
      expect(await database.eraser.eraseDeleted(Date.now() + 60_000, never)).toBe(2);
      expect(await database.eraser.eraseDeleted(Date.now() + 60_000, never)).toBe(0);
      const since = await changesSince(1);
      expect(since.persons.map(({ name }) => name)).toEqual(['(erased)']);
      expect(since.faces.map(({ embedding }) => embedding.length)).toEqual([0]);
      expect(await database.store.crop('f1', never)).toBeNull();
      const [gone, kept] = (await database.sightings.find(seen.snapshotId, never))?.faces ?? [];
      expect([gone?.personId, gone?.embedding.length, kept?.personId, kept?.embedding.length]).toEqual([null, 0, 'p2', 1_024]);
      expect((await database.sightings.lastSeen(null, never)).has('p1')).toBe(false);
      expect((await database.audit.newest(1, never))[0]).toMatchObject({ summary: '(erased)', inverse: null });
    });

    it.skipIf(backend.name.includes('standalone'))('reports commits and edits by hand at once', async () => {
      const { feed } = database;
      expect(feed.kind).toBe('push');
      await commit({ persons: [newPerson('p1')] });
      const events: ChangeEvent[] = [];
      const stop = new AbortController();
      let listening = false;
      const over = feed.watch(
        (event) => events.push(event),
        () => (listening = true),
        stop.signal,
      );
      await until('it listens', () => listening, 5_000);
      await commit({ persons: [newPerson('p2')] });
      await until('the commit is reported', () => events.includes('changed'), 2_000);
      events.length = 0;
      await backend.renameByHand(storage, 'Name of p1', 'Ada');
      // PostgreSQL's triggers turn an edit by hand into a change with a version.
      const reported = backend.name.startsWith('MongoDB') ? 'edited' : 'changed';
      await until('the edit is reported', () => events.includes(reported), 2_000);
      events.length = 0;
      await backend.removeByHand(storage, 'Ada');
      await until('the removal is reported', () => events.includes('edited'), 2_000);
      stop.abort();
      await over;
    });

    it.runIf(backend.name.startsWith('MongoDB'))('reads the newest audit entries from an index', async () => {
      await withMongo(storage, async (client) => {
        const plan = JSON.stringify(await client.db().collection('audit').find().sort({ version: -1 }).limit(5).explain('queryPlanner'));
        expect(plan).toContain('"stage":"IXSCAN"');
        expect(plan).not.toContain('"stage":"SORT"');
      });
    });

    it.runIf(backend.name.startsWith('MongoDB'))('completes a change that a crashed process left half applied', async () => {
      const { store } = database;
      await commit({ persons: [newPerson('p1')], faces: [newFace('f1', 'p1')] });
      await withMongo(storage, async (client) => {
        // The state document right after a commit, before the change is applied.
        const pending = {
          version: 2,
          persons: [{ _id: 'p1', isNew: false, set: { name: 'Ada' } }],
          faces: [{ _id: 'f1', isNew: false, set: { deleted: true, deletedAt: new Date() } }],
          crops: [],
          audit: null,
          moveSightings: [],
        };
        await client
          .db()
          .collection('gallery')
          .updateOne({ version: 1 }, { $set: { version: 2, pending } });
      });
      const { head, persons, faces } = await changesSince(1);
      expect(head.version).toBe(2);
      expect(persons).toMatchObject([{ id: 'p1', name: 'Ada', version: 2 }]);
      expect(faces).toMatchObject([{ id: 'f1', deleted: true, version: 2 }]);
      // Applying it again, late, does not undo a newer change.
      await commit({ persons: [{ id: 'p1', isNew: false, set: { name: 'Grace' } }] });
      expect(await store.head(never)).toEqual({ version: 3, nextNumber: 1 });
      expect((await changesSince(2)).persons).toMatchObject([{ name: 'Grace' }]);
    });
  });
}
