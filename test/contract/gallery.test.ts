import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);
const cli = { id: 'cli' };

for (const backend of galleryBackends) {
  describeWith(backend.needs, `gallery on ${backend.name}`, () => {
    let server: Service;
    let storage: StorageConfig;
    const opened: OpenedGallery[] = [];

    const start = async (): Promise<OpenedGallery> => {
      const started = await startGallery(storage);
      opened.push(started);
      return started;
    };
    const open = async (): Promise<Gallery> => (await start()).gallery;
    const names = async (gallery: Gallery): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);

    beforeAll(async () => {
      server = await backend.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    beforeEach(() => {
      storage = backend.storage(server.url);
    });
    afterEach(async () => {
      await Promise.all(opened.splice(0).map(async ({ gallery }) => gallery.close()));
      await emptyGallery(storage);
    });

    it('creates an Unknown for a stranger and recognises it, here and in another process', async () => {
      const [here, there] = [await open(), await open()];
      const stranger = strangerVector(1);
      const [first] = await here.recognise(snapshotInfo(), [face(stranger)], never);
      expect(first).toMatchObject({ decision: 'unknown', person: { status: 'unknown', name: 'Unknown 1' }, similarity: null });
      const [again] = await there.recognise(snapshotInfo(), [face(alikeVector(stranger, 0.8, 2))], never);
      expect(again).toMatchObject({ decision: 'unknown', person: { id: first?.person?.id, name: 'Unknown 1' } });
      expect(again?.similarity).toBeCloseTo(0.8, 3);
      await here.recognise(snapshotInfo(), [face(strangerVector(3))], never);
      expect(await names(here)).toEqual(['Unknown 1', 'Unknown 2']);
    });

    it('answers the same for the same snapshot and records it once', async () => {
      const gallery = await open();
      const seen = snapshotInfo({ takenAtMs: 1_700_000_001_000, camera: 'Gate' });
      const faces = [face(strangerVector(1)), face(strangerVector(2))];
      const first = await gallery.recognise(seen, faces, never);
      expect(await gallery.recognise(seen, faces, never)).toEqual(first);
      // Even if something else is seen in it on the second try.
      expect(await gallery.recognise(seen, [face(strangerVector(9))], never)).toEqual(first);
      const people = await gallery.people(never);
      expect(people).toHaveLength(2);
      expect(people[0]).toMatchObject({ faces: 1, lastSeen: { atMs: 1_700_000_001_000, channel: 'slack:C1', camera: 'Gate' } });
    });

    it('creates one person for a stranger whom many processes see at the same moment', async () => {
      const galleries = await Promise.all(Array.from({ length: 8 }, open));
      for (let round = 1; round <= 5; round += 1) {
        const stranger = strangerVector(100 * round);
        const answers = await Promise.all(
          galleries.map(async (gallery, index) =>
            gallery.recognise(snapshotInfo(), [face(alikeVector(stranger, 0.9, 1_000 * round + index))], never),
          ),
        );
        expect(new Set(answers.map(([answer]) => answer?.person?.name))).toEqual(new Set([`Unknown ${String(round)}`]));
      }
      const fresh = await open();
      expect(await names(fresh)).toEqual([1, 2, 3, 4, 5].map((number) => `Unknown ${String(number)}`));
    });

    it('names persons, and still finds them by their number', async () => {
      const started = await start();
      const { gallery } = started;
      const name = async (from: string, to: string) => namePerson(started, from, to, cli);
      const stranger = strangerVector(1);
      await gallery.recognise(snapshotInfo(), [face(stranger)], never);
      await gallery.recognise(snapshotInfo(), [face(strangerVector(2))], never);
      const named = await name('unknown 1', '  Ada   Lovelace ');
      expect(named).toMatchObject({ name: 'Ada Lovelace', status: 'named', number: 1 });
      expect((await gallery.recognise(snapshotInfo(), [face(stranger)], never))[0]).toMatchObject({
        decision: 'match',
        person: { name: 'Ada Lovelace', status: 'named' },
      });
      await expect(name('Unknown 2', 'ADA lovelace')).rejects.toMatchObject({ code: 'name-taken' });
      await expect(name('Unknown 7', 'Bob')).rejects.toMatchObject({ code: 'person-not-found' });
      await expect(name('Unknown 2', 'Unknown 9')).rejects.toMatchObject({ code: 'name-invalid' });
      expect(await name('Unknown 1', 'Ada')).toMatchObject({ name: 'Ada' });
      expect(await gallery.person(named!.id, never)).toMatchObject({ name: 'Ada', faces: 1 });
      expect(await names(gallery)).toEqual(['Ada', 'Unknown 2']);
    });

    it('never uses a number again', async () => {
      const gallery = await open();
      await gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never);
      await backend.removeByHand(storage, 'Unknown 1');
      await until('the person is gone', async () => (await names(gallery)).length === 0, 5_000);
      await gallery.recognise(snapshotInfo(), [face(strangerVector(1))], never);
      expect(await names(gallery)).toEqual(['Unknown 2']);
    });

    it('learns of names given by another process and by hand in the database', async () => {
      const [started, there] = [await start(), await open()];
      const here = started.gallery;
      const stranger = strangerVector(1);
      await here.recognise(snapshotInfo(), [face(stranger)], never);
      await namePerson(started, 'Unknown 1', 'Ada', cli);
      await until('the other process knows', async () => (await names(there))[0] === 'Ada', 2_000);
      await backend.renameByHand(storage, 'Ada', 'Grace');
      await Promise.all(
        [here, there].map(async (gallery) => until('the edit is known', async () => (await names(gallery))[0] === 'Grace', 2_000)),
      );
      expect((await there.recognise(snapshotInfo(), [face(stranger)], never))[0]).toMatchObject({
        decision: 'match',
        person: { name: 'Grace' },
      });
    });

    it('is the same after a restart', async () => {
      const before = await open();
      const stranger = strangerVector(1);
      const crop = new Uint8Array([1, 2, 3]);
      await before.recognise(snapshotInfo(), [face(stranger, { crop })], never);
      await before.close();
      opened.splice(0);
      const after = await open();
      expect((await after.recognise(snapshotInfo(), [face(stranger)], never))[0]).toMatchObject({ person: { name: 'Unknown 1' } });
    });

    it('never compares vectors of different models', async () => {
      const gallery = await open();
      const stranger = strangerVector(1);
      await gallery.recognise(snapshotInfo(), [face(stranger)], never);
      const [other] = await gallery.recognise(snapshotInfo(), [face(stranger, { modelId: 'other-model' })], never);
      expect(other).toMatchObject({ decision: 'unknown', person: { name: 'Unknown 2' } });
    });

    it('learns good new views of a person and leaves poor ones', async () => {
      const gallery = await open();
      const stranger = strangerVector(1);
      const views = [0.8, 0.75, 0.72].map((cosine, index) => face(alikeVector(stranger, cosine, 10 + index)));
      await gallery.recognise(snapshotInfo(), [face(stranger)], never);
      for (const view of views) await gallery.recognise(snapshotInfo(), [view], never);
      await gallery.recognise(snapshotInfo(), [face(alikeVector(stranger, 0.78, 20), { quality: 0.3 })], never);
      await gallery.recognise(snapshotInfo(), [face(alikeVector(stranger, 0.78, 21), { sizePx: 45 })], never);
      expect((await gallery.people(never))[0]?.faces).toBe(4);
    });

    it('stops at once when told to', async () => {
      const gallery = await open();
      await expect(gallery.recognise(snapshotInfo(), [face(strangerVector(1))], AbortSignal.abort())).rejects.toMatchObject({
        code: 'aborted',
      });
      expect(await names(gallery)).toEqual([]);
    });
  });
}
