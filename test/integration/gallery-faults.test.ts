import { setMaxListeners } from 'node:events';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Gallery } from '@watchpost/gallery/gallery';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { alikeVector, emptyGallery, face, galleryBackends, snapshotInfo, strangerVector, withMongo } from '../support/gallery-backends.ts';
import type { Service } from '../support/services.ts';
import { namePerson, startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const never = new AbortController().signal;
setMaxListeners(0, never);

for (const backend of galleryBackends) {
  describeWith(
    backend.needs,
    `gallery during faults on ${backend.name}`,
    () => {
      let server: Service;
      let storage: StorageConfig;
      let opened: (OpenedGallery & { metrics: Metrics })[];

      const open = async () => {
        const metrics = createMetrics({ processMetrics: false });
        const started = { ...(await startGallery(storage, { metrics })), metrics };
        opened.push(started);
        return started;
      };
      const metric = async (metrics: Metrics, name: string): Promise<number> => {
        const { body } = await metrics.scrape();
        const line = body.split('\n').find((each) => each.startsWith(`watchpost_${name} `) || each.startsWith(`watchpost_${name}{`));
        return Number(line?.split(' ').at(-1) ?? 0);
      };
      const names = async (gallery: Gallery): Promise<string[]> => (await gallery.people(never)).map(({ name }) => name);
      const see = async (gallery: Gallery, vector: Float32Array) =>
        gallery.recognise(snapshotInfo(), [face(vector)], AbortSignal.timeout(30_000));
      /** Recognises the face, retrying while the database is down, like a job. */
      const insist = async (gallery: Gallery, vector: Float32Array) =>
        until('it is seen', async () => see(gallery, vector).catch(() => false as const), 40_000);

      beforeAll(async () => {
        server = await backend.start({ own: true });
      });
      afterAll(async () => {
        await server.stop();
      });
      beforeEach(() => {
        opened = [];
        storage = backend.storage(server.url);
      });
      afterEach(async () => {
        await Promise.all(opened.map(async ({ gallery }) => gallery.close()));
        await emptyGallery(storage);
      });

      it('recovers when the database is killed and comes back; the lag metric shows it; nobody is called unknown because of it', async () => {
        const [here, there] = [await open(), await open()];
        const ada = strangerVector(1);
        await see(here.gallery, ada);
        await namePerson(here, 'Unknown 1', 'Ada', { id: 'cli' });
        await until('there knows Ada', async () => (await names(there.gallery))[0] === 'Ada', 5_000);
        await server.kill();
        await until('the gap shows', async () => (await metric(there.metrics, 'gallery_lag_seconds')) > 1, 20_000);
        // No answer is better than a wrong one.
        await expect(see(there.gallery, strangerVector(2))).rejects.toMatchObject({ code: 'gallery-unavailable', retry: 'transient' });
        await server.restart();
        expect(await insist(there.gallery, ada)).toMatchObject([{ decision: 'match', person: { name: 'Ada' } }]);
        expect(await insist(here.gallery, strangerVector(2))).toMatchObject([{ decision: 'unknown' }]);
        await until('there hears of the new one', async () => (await names(there.gallery)).length === 2, 20_000);
        await until('the gap is closed', async () => (await metric(there.metrics, 'gallery_lag_seconds')) < 2, 20_000);
        // The feed works again, not only the poll.
        await backend.renameByHand(storage, 'Ada', 'Grace');
        await until(
          'both know',
          async () => (await Promise.all([here, there].map(async ({ gallery }) => names(gallery)))).every(([name]) => name === 'Grace'),
          10_000,
        );
      });

      it('starts over when the database was emptied under it', async () => {
        const { gallery, metrics } = await open();
        await see(gallery, strangerVector(1));
        await see(gallery, strangerVector(2));
        await emptyGallery(storage);
        const fresh = await open();
        await until('everything is forgotten', async () => (await names(gallery)).length === 0, 20_000);
        await until(
          'it has read anew',
          async () => (await metric(metrics, 'gallery_reloads_total{reason="database-replaced"}')) > 0,
          10_000,
        );
        expect(await insist(gallery, strangerVector(3))).toMatchObject([{ person: { name: 'Unknown 1' } }]);
        await until('the other knows', async () => (await names(fresh.gallery)).length === 1, 10_000);
      });

      it('reads everything again when the database was replaced under it by one with a longer history', async () => {
        const { gallery, metrics } = await open();
        await see(gallery, strangerVector(1));
        await namePerson({ ...opened[0]!, gallery }, 'Unknown 1', 'Ada', { id: 'cli' });
        await emptyGallery(storage);
        const other = await open();
        for (const [index, name] of ['Bob', 'Eve', 'Kim'].entries()) {
          await insist(other.gallery, strangerVector(11 + index));
          await namePerson(other, `Unknown ${index + 1}`, name, { id: 'cli' });
        }
        await until('it knows who is there', async () => (await names(gallery)).join() === 'Bob,Eve,Kim', 20_000);
        expect(await metric(metrics, 'gallery_reloads_total{reason="database-replaced"}')).toBeGreaterThan(0);
        expect(await insist(gallery, strangerVector(1))).toMatchObject([{ person: { name: 'Unknown 4' } }]);
      });

      it.runIf(backend.name.includes('replica set'))('goes on when its change stream is killed', async () => {
        const { gallery, metrics } = await open();
        const writer = await open();
        await until('it listens', async () => (await metric(metrics, 'gallery_feed_up')) === 1, 10_000);
        await withMongo(storage, async (client) => {
          // Change stream cursors are running getMores: killed with their sessions, as an administrator would.
          await client.db('admin').command({ killAllSessions: [] });
        });
        await see(writer.gallery, strangerVector(1)).catch(async () => insist(writer.gallery, strangerVector(1)));
        await until('the change is known', async () => (await names(gallery)).length === 1, 10_000);
        await until('it listens again', async () => (await metric(metrics, 'gallery_feed_up')) === 1, 20_000);
        expect(await metric(metrics, 'gallery_lag_seconds')).toBeLessThan(5);
      });

      it.runIf(backend.name.includes('replica set'))('goes on after the primary stepped down', async () => {
        const { gallery } = await open();
        await see(gallery, strangerVector(1));
        await withMongo(storage, async (client) => {
          await client
            .db('admin')
            .command({ replSetStepDown: 1, force: true })
            .catch(() => undefined);
        });
        expect(await insist(gallery, strangerVector(2))).toMatchObject([{ person: { name: 'Unknown 2' } }]);
        expect(await insist(gallery, alikeVector(strangerVector(1), 0.9, 7))).toMatchObject([{ person: { name: 'Unknown 1' } }]);
      });
    },
    { own: true },
  );
}
