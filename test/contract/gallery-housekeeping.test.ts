import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { defaultHousekeepingSettings } from '@watchpost/gallery/housekeeping/housekeeping';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const log = createLogger('test', 'silent');
const dayMs = 24 * 3_600_000;

for (const backend of galleryBackends) {
  describeWith(backend.needs, `housekeeping on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let opened: OpenedGallery;

    const see = async (vector: Float32Array, over: Parameters<typeof snapshotInfo>[0] = {}) =>
      (await opened.gallery.recognise(snapshotInfo(over), [face(vector)], never))[0];
    const keepHouse = () => opened.housekeeping.round(never);
    const names = async (): Promise<string[]> => (await opened.gallery.people(never)).map(({ name }) => name);
    const open = async (unknownKeepMs = 90 * dayMs): Promise<void> => {
      const settings = { housekeeping: { ...defaultHousekeepingSettings, everyMs: 3_600_000, unknownKeepMs } };
      opened = await startGallery(storage, { settings });
    };
    /** Two unknowns, and a third view that matches both. */
    const seeDuplicates = async (): Promise<void> => {
      const one = strangerVector(1);
      const middle = alikeVector(one, 0.72, 3);
      await see(one, { snapshotId: 'one' });
      await see(alikeVector(middle, 0.75, 4), { snapshotId: 'two' });
      await see(middle, { snapshotId: 'middle' });
    };

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(async () => {
      storage = backend.storage(server.url);
      await open();
    });
    afterEach(async () => {
      await opened.gallery.close();
      await emptyGallery(storage);
    });

    it('merges duplicate unknowns under the older number', async () => {
      await seeDuplicates();
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
      await keepHouse();
      expect(await names()).toEqual(['Unknown 1']);
      expect(await see(strangerVector(1), { snapshotId: 'two' })).toMatchObject({ person: { name: 'Unknown 1' } });
      const [merge] = await opened.operations.history(1, never);
      expect(merge).toMatchObject({ action: 'merge', actor: { id: 'watchpost' }, summary: 'Unknown 2 merged into Unknown 1' });
      await opened.operations.undo(merge?.id ?? null, { id: 'cli' }, never);
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
    });

    it('never merges persons from one picture, named persons, or strangers that do not match', async () => {
      await seeDuplicates();
      const one = strangerVector(1);
      const two = alikeVector(alikeVector(one, 0.72, 3), 0.75, 4);
      await opened.gallery.recognise(snapshotInfo(), [face(one), face(two)], never);
      await keepHouse();
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
      await namePerson(opened, 'Unknown 2', 'Ada', { id: 'cli' });
      await see(strangerVector(80));
      await keepHouse();
      expect(await names()).toEqual(['Ada', 'Unknown 1', 'Unknown 3']);
    });

    it('forgets unknowns not seen for long, and no named person', async () => {
      await opened.gallery.close();
      await open(1);
      await see(strangerVector(1), { takenAtMs: 1_000 });
      await see(strangerVector(2), { takenAtMs: 1_000 });
      await see(strangerVector(3), { takenAtMs: Date.now() + dayMs });
      await namePerson(opened, 'Unknown 2', 'Ada', { id: 'cli' });
      await keepHouse();
      expect(await names()).toEqual(['Ada', 'Unknown 3']);
      expect(await opened.operations.history(1, never)).toMatchObject([{ action: 'expire', summary: 'Unknown 1 was forgotten' }]);
    });

    it('does not repeat a merge that somebody took back, in whatever process', async () => {
      await seeDuplicates();
      await keepHouse();
      await opened.operations.undo((await opened.operations.history(1, never))[0]?.id ?? null, { id: 'cli' }, never);
      await see(alikeVector(strangerVector(1), 0.9, 9), { snapshotId: 'again' });
      await keepHouse();
      await opened.gallery.close();
      await open();
      await keepHouse();
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
    });

    it('merges no stranger into the person whom a reader said it is not', async () => {
      const one = strangerVector(1);
      const { operations } = opened;
      await see(one, { snapshotId: 'one' });
      await see(alikeVector(one, 0.9, 5), { snapshotId: 'reference' });
      await see(alikeVector(one, 0.8, 2), { snapshotId: 'other' });
      await operations.apply({ kind: 'assign', snapshotId: 'other', position: 0, person: null }, { id: 'reader' }, never);
      await see(alikeVector(alikeVector(one, 0.8, 2), 0.97, 3), { snapshotId: 'other again' });
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
      for (let round = 0; round < 3; round += 1) await keepHouse();
      expect(await names()).toEqual(['Unknown 1', 'Unknown 2']);
    });

    it('keeps what was just deleted, so that it can be undone', async () => {
      await see(strangerVector(1));
      await opened.operations.apply({ kind: 'forget', person: 'Unknown 1' }, { id: 'cli' }, never);
      await keepHouse();
      await opened.operations.undo(null, { id: 'cli' }, never);
      expect(await see(strangerVector(1))).toMatchObject({ person: { name: 'Unknown 1' } });
      const database = await openDatabase(storage, { log }, never);
      await opened.operations.apply({ kind: 'forget', person: 'Unknown 1' }, { id: 'cli' }, never);
      const retention = { deletedMs: -60_000, auditMs: dayMs, mergedMs: dayMs };
      expect(await database.eraser.erase(retention, never)).toBe(2);
      await database.close();
      await expect(opened.operations.undo(null, { id: 'cli' }, never)).rejects.toMatchObject({ code: 'change-refused' });
    });
  });
}
