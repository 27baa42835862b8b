import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { defaultReferenceSettings } from '@watchpost/gallery/decide/references';
import type { Gallery, Operation, PeopleOperations } from '@watchpost/gallery/gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';

import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const by = { id: 'slack:U1', where: 'slack:C9' };
const log = createLogger('test', 'silent');

for (const backend of galleryBackends) {
  describeWith(backend.needs, `operations on people on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let gallery: Gallery;
    let operations: PeopleOperations;

    const see = async (vector: Float32Array, over: Parameters<typeof face>[1] = {}, snapshotId?: string) =>
      (await gallery.recognise(snapshotInfo(snapshotId === undefined ? {} : { snapshotId }), [face(vector, over)], never))[0];
    const apply = async (operation: Operation) => operations.apply(operation, by, never);
    const names = async (): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);
    const called = async (name: string) => (await gallery.people(never)).find((person) => person.name === name);
    /** The ids of a person's faces. */
    const faceIds = async (personId: string): Promise<string[]> => {
      const database = await openDatabase(storage, { log }, never);
      const found: string[] = [];
      const visit = ({ faces }: { faces: { id: string; personId: string }[] }): void =>
        void found.push(...faces.filter((each) => each.personId === personId).map(({ id }) => id));
      await database.store.changes(0, { embeddings: false }, visit, never);
      await database.close();
      return found;
    };

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      ({ gallery, operations } = await startGallery(storage));
    });
    afterEach(async () => {
      await gallery.close();
      await emptyGallery(storage);
    });

    it('merges: one person, with the faces, sightings and names of both; and undoes it', async () => {
      const [ada, twin] = [strangerVector(1), strangerVector(2)];
      await see(ada, {}, 'snapshot-ada');
      await see(twin, {}, 'snapshot-twin');
      await apply({ kind: 'name', person: 'Unknown 2', to: 'Ada' });
      // The named person is kept, whatever the order.
      const merged = await apply({ kind: 'merge', from: 'Ada', into: 'Unknown 1' });
      expect(merged).toMatchObject({ action: 'merge', actor: by, summary: 'Unknown 1 merged into Ada' });
      expect(await names()).toEqual(['Ada']);
      expect(await called('Ada')).toMatchObject({ faces: 2 });
      expect(await see(ada)).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
      // Earlier sightings are hers too.
      expect(await see(ada, {}, 'snapshot-ada')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
      await operations.undo(null, by, never);
      expect(await names()).toEqual(['Ada', 'Unknown 1']);
      expect(await see(ada)).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 1' } });
      expect((await operations.history(2, never)).map(({ action, undone }) => [action, undone])).toEqual([
        ['undo', false],
        ['merge', true],
      ]);
    });

    it('keeps the older number of two unknowns, and the other name of two named', async () => {
      for (const seed of [1, 2, 3, 4]) await see(strangerVector(seed));
      await apply({ kind: 'merge', from: 'Unknown 1', into: 'Unknown 2' });
      expect(await names()).toEqual(['Unknown 1', 'Unknown 3', 'Unknown 4']);
      await apply({ kind: 'name', person: 'Unknown 3', to: 'Ada' });
      await apply({ kind: 'name', person: 'Unknown 4', to: 'Countess' });
      await apply({ kind: 'merge', from: 'Countess', into: 'Ada' });
      expect(await namePerson({ gallery, operations }, 'countess', 'Ada Lovelace', by)).toMatchObject({ name: 'Ada Lovelace', faces: 2 });
      await expect(apply({ kind: 'merge', from: 'Ada Lovelace', into: 'Countess' })).rejects.toMatchObject({ code: 'change-refused' });
    });

    it('keeps no more references than the cap when it merges; undone, all are back', async () => {
      const settings = { references: { ...defaultReferenceSettings, cap: 2 } };
      const capped = await startGallery(storage, { settings });
      onTestFinished(() => capped.gallery.close());
      for (const seed of [1, 2, 3]) await see(strangerVector(seed));
      const faces = async (): Promise<number[]> => (await capped.gallery.people(never)).map((person) => person.faces);
      await capped.operations.apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' }, by, never);
      expect(await faces()).toEqual([2, 1]);
      await capped.operations.apply({ kind: 'merge', from: 'Unknown 3', into: 'Unknown 1' }, by, never);
      expect(await faces()).toEqual([2]);
      await capped.operations.undo(null, by, never);
      expect(await faces()).toEqual([2, 1]);
    });

    it('splits faces off into a new unknown, with their sightings; and undoes it', async () => {
      const ada = strangerVector(1);
      await see(ada, {}, 'first');
      const other = alikeVector(ada, 0.75, 7);
      await see(other, {}, 'second');
      await see(alikeVector(other, 0.95, 8), {}, 'third');
      const before = await called('Unknown 1');
      const ids = await faceIds(before?.id ?? '');
      expect(ids).toHaveLength(2);
      const database = await openDatabase(storage, { log }, never);
      const third = await database.sightings.find('third', never);
      await database.close();
      const wrong = third?.faces[0]?.faceId ?? '';
      await apply({ kind: 'split', person: 'Unknown 1', faceIds: [wrong] });
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
      expect(await see(other, {}, 'third')).toMatchObject({ person: { name: 'Unknown 2' } });
      expect(await see(ada, {}, 'first')).toMatchObject({ person: { name: 'Unknown 1' } });
      await expect(apply({ kind: 'split', person: 'Unknown 2', faceIds: [wrong] })).rejects.toMatchObject({ code: 'change-refused' });
      await operations.undo(null, by, never);
      expect(await names()).toEqual(['Unknown 1']);
      expect(await see(other, {}, 'third')).toMatchObject({ person: { name: 'Unknown 1' } });
      // Its number is not used again.
      expect(await see(strangerVector(50))).toMatchObject({ person: { name: 'Unknown 3' } });
    });

    it('ignores a person, and stops ignoring', async () => {
      await see(strangerVector(1));
      await apply({ kind: 'ignore', person: 'Unknown 1' });
      expect(await see(strangerVector(1))).toMatchObject({ decision: 'match', person: { status: 'ignored' } });
      await apply({ kind: 'unignore', person: 'Unknown 1' });
      expect(await see(strangerVector(1))).toMatchObject({ decision: 'unknown', person: { status: 'unknown' } });
    });

    it('forgets a person; undone, it is back', async () => {
      const ada = strangerVector(1);
      await see(ada, {}, 'first');
      await see(strangerVector(2));
      await apply({ kind: 'merge', from: 'Unknown 2', into: 'Unknown 1' });
      const forgot = await apply({ kind: 'forget', person: 'Unknown 1' });
      expect(await names()).toEqual([]);
      expect(await see(ada, {}, 'first')).toMatchObject({ person: null });
      await operations.undo(forgot.id, by, never);
      expect(await called('Unknown 1')).toMatchObject({ faces: 2 });
      expect(await see(ada, {}, 'first')).toMatchObject({ person: { name: 'Unknown 1' } });
      await apply({ kind: 'forget', person: 'Unknown 1' });
      expect(await see(ada)).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 3' } });
    });

    it('learns what a reader says about a face', async () => {
      const ada = strangerVector(1);
      const lookalike = alikeVector(ada, 0.7, 5);
      await see(ada);
      await apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
      expect(await see(lookalike, {}, 'wrong')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
      await apply({ kind: 'assign', snapshotId: 'wrong', position: 0, person: null });
      expect(await see(lookalike, {}, 'wrong')).toMatchObject({ person: null });
      expect(await see(alikeVector(lookalike, 0.9, 6), {}, 'again')).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
      expect(await see(ada)).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
      await apply({ kind: 'assign', snapshotId: 'again', position: 0, person: 'Ada' });
      expect(await see(lookalike, {}, 'again')).toMatchObject({ decision: 'match', person: { name: 'Ada' } });
      await expect(apply({ kind: 'assign', snapshotId: 'again', position: 1, person: 'Ada' })).rejects.toMatchObject({
        code: 'change-refused',
      });
    });

    it('finds people by aliases, which are unique', async () => {
      await see(strangerVector(1));
      await see(strangerVector(2));
      await apply({ kind: 'alias', person: 'Unknown 1', alias: 'The postman' });
      await expect(apply({ kind: 'name', person: 'Unknown 2', to: 'the Postman' })).rejects.toMatchObject({ code: 'name-taken' });
      await apply({ kind: 'name', person: 'the postman', to: 'Pat' });
      await apply({ kind: 'alias', person: 'Pat', alias: 'The Postman', remove: true });
      await apply({ kind: 'name', person: 'Unknown 2', to: 'The postman' });
      expect(await names()).toEqual(['Pat', 'The postman']);
    });

    it('does not undo a change that a later one depends on, nor one twice', async () => {
      await see(strangerVector(1));
      const first = await apply({ kind: 'name', person: 'Unknown 1', to: 'Ada' });
      await apply({ kind: 'name', person: 'Ada', to: 'Grace' });
      await expect(operations.undo(first.id, by, never)).rejects.toMatchObject({ code: 'change-refused' });
      await operations.undo(null, by, never);
      expect(await names()).toEqual(['Ada']);
      const all = await Promise.allSettled([1, 2, 3].map(async () => operations.undo(first.id, by, never)));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(0);
    });
  });
}
