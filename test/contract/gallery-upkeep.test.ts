import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { defaultHousekeepingSettings, type HousekeepingSettings } from '@watchpost/gallery/housekeeping/housekeeping';
import { defaultSyncSettings } from '@watchpost/gallery/memory/sync';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { openDatabase } from '@watchpost/gallery/stores/open-database';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const log = createLogger('test', 'silent');

for (const backend of galleryBackends) {
  describeWith(backend.needs, `who keeps house on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    let opened: OpenedGallery[];

    const open = async (over: Partial<HousekeepingSettings> = {}): Promise<OpenedGallery> => {
      // What is removed while something is added may be found by the census only.
      const sync = { ...defaultSyncSettings, censusMs: 500 };
      const gallery = await startGallery(storage, { settings: { sync, housekeeping: { ...defaultHousekeepingSettings, ...over } } });
      opened.push(gallery);
      return gallery;
    };
    const close = async (gallery: OpenedGallery): Promise<void> => {
      opened = opened.filter((each) => each !== gallery);
      await gallery.gallery.close();
    };
    const see = async ({ gallery }: OpenedGallery, seeds: number[]): Promise<void> => {
      for (const seed of seeds) await gallery.recognise(snapshotInfo({ snapshotId: `s${seed}` }), [face(strangerVector(seed))], never);
    };
    const names = async ({ gallery }: OpenedGallery): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(() => {
      storage = backend.storage(server.url);
      opened = [];
    });
    afterEach(async () => {
      for (const gallery of opened) await close(gallery);
      await emptyGallery(storage);
    });

    it('is one process; when it closes, the next continues and compares nothing again', async () => {
      const [one, two] = [await open(), await open()];
      await see(one, [1, 2, 3]);
      expect(await one.housekeeping.round(never)).toMatchObject({ compared: 3, unfinished: false });
      expect(await two.housekeeping.round(never)).toBeNull();
      await see(two, [4]);
      expect(await one.housekeeping.round(never)).toMatchObject({ compared: 1 });
      await close(one);
      expect(await two.housekeeping.round(never)).toMatchObject({ compared: 0 });
    });

    it('is another process once the lease of one that was stopped has ended', async () => {
      const [one, two] = [await open({ everyMs: 20 }), await open()];
      expect(await one.housekeeping.round(never)).not.toBeNull();
      await expect.poll(async () => two.housekeeping.round(never), { timeout: 5_000 }).not.toBeNull();
      expect(await one.housekeeping.round(never)).toBeNull();
    });

    it('is the next where the clock was ahead when somebody took the lease', async () => {
      const { upkeep, close: end } = await openDatabase(storage, { log }, never);
      expect(await upkeep.lease('far ahead', 3_600_000, never)).not.toBeNull();
      expect(await upkeep.lease('next', 60_000, never)).not.toBeNull();
      expect(await upkeep.lease('a little ahead', 60_000, never)).toBeNull();
      await end();
    });

    it('forgets some people in one round, and the rest in the next', async () => {
      const gallery = await open({ mostExpired: 2, unknownKeepMs: -60_000 });
      for (const seed of [1, 2, 3])
        await gallery.gallery.recognise(snapshotInfo({ snapshotId: `s${seed}`, takenAtMs: 1_000 }), [face(strangerVector(seed))], never);
      expect(await gallery.housekeeping.round(never)).toMatchObject({ expired: 2, unfinished: true });
      expect(await gallery.housekeeping.round(never)).toMatchObject({ expired: 1, unfinished: false });
    });

    it('removes documents that have expired', async () => {
      const { documents, housekeeping } = await open();
      const document = { kind: 'visit', revision: 0, atMs: 0, keys: [], body: {} };
      await documents.put({ ...document, id: 'old', expiresAtMs: Date.now() - 60_000 }, never);
      await documents.put({ ...document, id: 'young', expiresAtMs: Date.now() + 60_000 }, never);
      await housekeeping.round(never);
      const left = await documents.find({ kind: 'visit', order: 'newest', limit: 9 }, never);
      expect(left.map(({ id }) => id)).toEqual(['young']);
    });

    it('goes on where the budget ended', async () => {
      const one = await open({ compareMs: 0 });
      await see(one, [1, 2, 3]);
      const rounds = [];
      for (let round = 0; round < 4; round += 1) rounds.push(await one.housekeeping.round(never));
      expect(rounds).toMatchObject([
        { compared: 1, unfinished: true },
        { compared: 1, unfinished: true },
        { compared: 1, unfinished: false },
        { compared: 0, unfinished: false },
      ]);
    });

    it('removes the faces and sightings of a person who was deleted by hand, not at once and not of many', async () => {
      const sweep = { ...defaultHousekeepingSettings.sweep, missingMs: 0, fewPersons: 1, share: 0 };
      const [patient, brisk] = [await open(), await open({ sweep })];
      await see(patient, [1, 2, 3]);
      await namePerson(patient, 'Unknown 3', 'Ada', { id: 'cli' });
      for (const name of ['Unknown 1', 'Unknown 2']) await backend.removeByHand(storage, name);
      await expect.poll(() => names(brisk), { timeout: 10_000 }).toEqual(['Ada']);
      expect(await patient.housekeeping.round(never)).toMatchObject({ swept: 0 });
      await close(patient);
      expect(await brisk.housekeeping.round(never)).toMatchObject({ swept: 0 });
      expect((await brisk.checkup.find(never)).orphans).toHaveLength(2);

      const database = await openDatabase(storage, { log }, never);
      const [orphans] = (await brisk.checkup.find(never)).orphans;
      const personId = orphans?.personId ?? '';
      expect(await database.sightings.ofPersons([personId], 10, never)).toHaveLength(1);
      await brisk.checkup.repair({ faults: [], orphans: orphans ? [orphans] : [] }, { id: 'cli' }, never);
      expect((await brisk.checkup.find(never)).orphans).toHaveLength(1);
      expect(await brisk.housekeeping.round(never)).toMatchObject({ swept: 1 });
      expect((await brisk.checkup.find(never)).orphans).toEqual([]);
      expect(await database.eraser.erase({ deletedMs: -60_000, auditMs: 1e9, mergedMs: 1e9 }, never)).toBe(4);
      expect(await database.sightings.ofPersons([personId], 10, never)).toEqual([]);
      await database.close();
      expect(await names(brisk)).toEqual(['Ada']);
    });

    it('reads as many entries of the history as are asked for, none included', async () => {
      const one = await open();
      await see(one, [1]);
      await namePerson(one, 'Unknown 1', 'Ada', { id: 'cli' });
      const counts = await Promise.all([0, 1, 5].map(async (limit) => (await one.operations.history(limit, never)).length));
      expect(counts).toEqual([0, 1, 1]);
    });

    it('lists what cannot be read, and repairs it', async () => {
      const one = await open();
      await see(one, [1, 2]);
      await namePerson(one, 'Unknown 1', 'Ada', { id: 'cli' });
      await backend.renameByHand(storage, 'Ada', '');
      await expect.poll(async () => (await one.checkup.find(never)).faults, { timeout: 10_000 }).toMatchObject([{ kind: 'person' }]);
      await one.checkup.repair(await one.checkup.find(never), { id: 'cli' }, never);
      expect((await one.checkup.find(never)).faults).toEqual([]);
      expect(await names(one)).toEqual([expect.stringMatching(/^(Ada|Unknown 1)$/), 'Unknown 2']);
    });
  });
}
