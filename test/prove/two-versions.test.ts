import type { Database } from '@watchpost/gallery/stores/database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { snapshotJob } from '../support/factories.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { openIt } from '../support/keep-database.ts';
import { buildNewerRelease, thisRelease } from '../support/keep-newer-release.ts';
import { type ReleaseProcess, startRelease } from '../support/keep-release-process.ts';
import { queueBackends, type QueueBackend } from '../support/queue-backends.ts';
import type { Service } from '../support/services.ts';
import { until } from '../support/until.ts';

let newer: Awaited<ReturnType<typeof buildNewerRelease>>;
beforeAll(async () => {
  newer = await buildNewerRelease();
});
afterAll(async () => newer.remove());

const pairs = [
  { gallery: oneOfEachBackend.find(({ name }) => name.startsWith('MongoDB'))!, queue: queueBackends.find(({ name }) => name === 'Redis')! },
  { gallery: oneOfEachBackend.find(({ name }) => name === 'PostgreSQL')!, queue: queueBackends.find(({ name }) => name === 'PostgreSQL')! },
];

for (const { gallery, queue } of pairs) {
  describeWith([...gallery.needs, ...queue.needs], `two releases on ${queue.name} and ${gallery.name}`, () => {
    const servers: Service[] = [];
    const running: ReleaseProcess[] = [];
    let storage: StorageConfig;
    let raw: () => ReturnType<QueueBackend['raw']>;
    let opened: ReturnType<QueueBackend['raw']> | undefined;
    let sender: ReturnType<typeof createJobSender>;

    beforeAll(async () => {
      servers.push(await gallery.start());
      if (queue.name === 'Redis') servers.push(await queue.start());
    });
    afterAll(async () => {
      await Promise.all(servers.map(async (server) => server.stop()));
    });
    beforeEach(() => {
      const queueUrl = servers.at(-1)!.url;
      storage = { ...gallery.storage(servers[0]!.url), ...queue.storage(queueUrl) };
      opened = undefined;
      // The sender makes the tables.
      raw = () => (opened ??= queue.raw(queueUrl));
      sender = createJobSender(storage, { log: createLogger('test', 'silent') });
    });
    afterEach(async () => {
      await Promise.all(running.splice(0).map(async (each) => each.stop()));
      await sender.close();
      await opened?.close();
      await emptyGallery(storage);
    });
    const start = async (folder: string): Promise<ReleaseProcess> => {
      const started = await startRelease(folder, storage);
      running.push(started);
      return started;
    };
    /** As ingest of one release or the other sends them. */
    const send = async (v: 1 | 2, from: number, count: number): Promise<void> => {
      for (let index = from; index < from + count; index += 1) {
        const job = snapshotJob({ snapshotId: `job-${String(v)}-${String(index)}` });
        if (v === 1) await sender.send(job, { timeoutMs: 10_000 });
        else await raw().add('snapshot', { ...job, v: 2 }, { jobId: job.snapshotId, attempts: 6 });
      }
    };
    const count = async ({ documents }: Pick<Database, 'documents'>, kind: string): Promise<number> =>
      (await documents.find({ kind, order: 'newest', limit: 1_000 }, never)).length;

    it('run side by side: the old one waits and leaves what it cannot read; nothing is lost, nothing is done twice', async () => {
      const database = await openIt(storage);
      const old = await start(thisRelease);
      await send(1, 0, 20);
      await until('the old one works', async () => (await count(database, 'done')) === 20);
      // A job of the newer release comes before its workers do.
      await send(2, 0, 5);
      await send(1, 20, 10);
      await until('the old one does what it can', async () => (await count(database, 'done')) === 30);
      expect(await raw().getJobs(['failed'])).toEqual([]);

      const next = await start(newer.folder);
      await until('the old one waits, and says why', () => old.said().outdated);
      const doneByOld = old.said().done;
      await send(1, 30, 30);
      await send(2, 5, 10);
      await until('the newer one has done everything', async () => (await count(database, 'done')) === 75, 40_000);
      expect(old.said().done).toBe(doneByOld);
      expect(next.said()).toMatchObject({ outdated: false, held: [] });
      await until('the old one takes no jobs', () => old.said().held.some((reason) => reason.includes('newer release')));

      // It is updated: started again with the other build.
      await old.stop();
      const updated = await start(newer.folder);
      await send(2, 15, 20);
      await send(1, 60, 20);
      await until('both work', async () => (await count(database, 'done')) === 115, 40_000);
      expect(updated.said().outdated).toBe(false);
      expect(await count(database, 'double')).toBe(0);
      expect(await raw().getJobs(['failed', 'delayed', 'waiting'])).toEqual([]);
      // Nor does a command of the old release touch the database.
      await expect(openIt(storage)).rejects.toMatchObject({ code: 'database-newer' });
      await database.close();
    }, 120_000);
  });
}
