import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import { proxied, type CutProxy } from '../support/cut-proxy.ts';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, galleryBackends } from '../support/gallery-backends.ts';
import { frameWith, woman } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { postedIn } from '../support/posted-in.ts';
import { startWorkerRig, type WorkerRig, type WorkerRigOptions } from '../support/worker-rig.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;
const context = { attempt: 1, lastAttempt: false };

/** One for all galleries: it takes some time to start. */
let engine: FaceEngine;
let picture: Buffer;
beforeAll(async () => {
  engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 1 }, log, never);
  picture = await frameWith([woman]);
}, 120_000);
afterAll(async () => engine?.close());

for (const backend of galleryBackends) {
  describeWith([...backend.needs, 'postgres'], `an attempt of a snapshot, with the gallery on ${backend.name}`, () => {
    let servers: Service[];
    let inferences: number;
    let afterFingerprint: () => void;
    let afterInference: () => void;
    let slack: FakeSlack;
    let gallery: ReturnType<typeof backend.storage>;
    let proxy: CutProxy;
    let behind: ReturnType<typeof backend.storage>;
    let workers: WorkerRig[];

    beforeAll(async () => {
      servers = await Promise.all([postgres(), backend.start()]);
    }, 120_000);
    afterAll(async () => {
      await Promise.all(servers.map(async (server) => server.stop()));
    });
    beforeEach(async () => {
      slack = await startFakeSlack();
      inferences = 0;
      afterFingerprint = () => undefined;
      afterInference = () => undefined;
      gallery = backend.storage(servers[1]!.url);
      ({ proxy, behind } = await proxied(gallery));
      workers = [];
    });
    afterEach(async () => {
      await Promise.all(workers.map(async (worker) => worker.close()));
      await proxy.close();
      await slack.close();
      await emptyGallery(gallery);
    });

    async function start(over?: WorkerRigOptions['over']): Promise<WorkerRig> {
      const counting: FaceEngine = {
        ...engine,
        fingerprint: async (bytes, signal) => {
          const fingerprint = await engine.fingerprint(bytes, signal);
          afterFingerprint();
          return fingerprint;
        },
        see: async (bytes, signal) => {
          inferences += 1;
          const seen = await engine.see(bytes, signal);
          afterInference();
          return seen;
        },
      };
      const queue = { POSTGRES_URL: servers[0]!.url };
      const worker = await startWorkerRig({ slack, engine: counting, queue, gallery: behind, ...(over && { over }) });
      workers.push(worker);
      return worker;
    }
    const spent = () => [slack.downloads.length, inferences];

    it('neither downloads nor infers while the gallery is not ready', async () => {
      const { handlers } = await start(({ gallery: ready }) => ({ gallery: { ...ready, isReady: () => false } }));
      await expect(handlers.snapshot(postedIn(slack, picture), context, never)).rejects.toMatchObject({ code: 'gallery-not-ready' });
      expect(spent()).toEqual([0, 0]);
    });

    it('keeps what was seen while the database is away, and goes on with it', async () => {
      const { handlers, opened } = await start();
      let back: Promise<void> | undefined;
      afterInference = () => {
        back = proxy.loseAnswers(2_000);
      };
      const job = postedIn(slack, picture);
      await handlers.snapshot(job, context, never);
      expect(spent()).toEqual([1, 1]);
      expect(await opened.records.get(job.snapshotId, never)).toMatchObject({ state: 'recognised', faces: [{ decision: 'unknown' }] });
      expect((await opened.gallery.people(never)).map(({ name }) => name)).toEqual(['Unknown 1']);
      await back;
    });

    it('keeps what was downloaded while the database is away, and goes on with it', async () => {
      const { handlers, opened } = await start();
      let back: Promise<void> | undefined;
      afterFingerprint = () => {
        back = proxy.loseAnswers(2_000);
      };
      const job = postedIn(slack, picture);
      await handlers.snapshot(job, context, never);
      expect(spent()).toEqual([1, 1]);
      expect(await opened.records.get(job.snapshotId, never)).toMatchObject({ state: 'recognised' });
      await back;
    });

    it('records its outcome once, also where the answer to that write is lost', async () => {
      let back: Promise<void> | undefined;
      const { handlers, opened } = await start(({ gallery: real }) => ({
        gallery: {
          ...real,
          recognise: async (...asked) => {
            const matched = await real.recognise(...asked);
            back = proxy.loseAnswers(1_000);
            return matched;
          },
        },
      }));
      const job = postedIn(slack, picture);
      await handlers.snapshot(job, context, never);
      expect(spent()).toEqual([1, 1]);
      expect(await opened.records.get(job.snapshotId, never)).toMatchObject({ state: 'recognised' });
      await back;
    });

    it('spends nothing where the database is away before it has begun', async () => {
      const { handlers } = await start();
      await proxy.close();
      await expect(handlers.snapshot(postedIn(slack, picture), context, never)).rejects.toMatchObject({
        code: 'gallery-unavailable',
      });
      expect(spent()).toEqual([0, 0]);
    });

    it('repeats only the request where the queue did not take the visit’s job', async () => {
      const nowhere = createJobSender({ REDIS_URL: 'redis://127.0.0.1:1' }, { log });
      const broken = await start(() => ({ sender: nowhere, sendTimeoutMs: 500 }));
      const job = postedIn(slack, picture);
      await expect(broken.handlers.snapshot(job, context, never)).rejects.toMatchObject({ code: 'queue-unavailable' });
      await nowhere.close();
      const sent: unknown[] = [];
      const { handlers } = await start(({ sender }) => ({ sender: { ...sender, send: async (next) => void sent.push(next) } }));
      await handlers.snapshot(job, context, never);
      expect(sent).toEqual([{ v: 1, kind: 'visit', visitId: expect.any(String), revision: 1, why: 'post' }]);
      expect(spent()).toEqual([1, 1]);
    });

    it.each(['posted', 'nothing-to-post', 'nothing-new'] as const)('does nothing where the snapshot is %s', async (state) => {
      const sent: unknown[] = [];
      const { handlers, opened } = await start(({ sender }) => ({ sender: { ...sender, send: async (job) => void sent.push(job) } }));
      const job = postedIn(slack, picture);
      const done = await opened.records.save({ ...(await opened.records.open(job, never)), state }, never);
      await handlers.snapshot(job, context, never);
      expect([sent, ...spent()]).toEqual([[], 0, 0]);
      expect(await opened.records.get(job.snapshotId, never)).toEqual(done);
    });
  });
}
