import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { seeEnv } from '@watchpost/see/config';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { FaceEngine } from '@watchpost/see/face-engine';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { describeWith } from '../support/describe-with.ts';
import { emptyGallery, oneOfEachBackend } from '../support/gallery-backends.ts';
import { bearded, dark, frameWith, man, woman } from '../support/pictures.ts';
import { postgres, type Service } from '../support/services.ts';
import { until } from '../support/until.ts';
import { postedIn } from '../support/posted-in.ts';
import { startWorkerRig, type WorkerRig } from '../support/worker-rig.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;

/** One for all galleries: it takes some time to start. */
let engine: FaceEngine;
beforeAll(async () => {
  engine = await createFaceEngine({ ...parseEnv({}, seeEnv), INFERENCE_THREADS: 2 }, log, never);
}, 120_000);
afterAll(async () => engine?.close());

for (const backend of oneOfEachBackend) {
  describeWith([...backend.needs, 'postgres'], `equal frames, with the gallery on ${backend.name}`, () => {
    let servers: Service[];
    let inferences: number;
    let slack: FakeSlack;
    let workers: WorkerRig[];
    let gallery: ReturnType<typeof backend.storage>;
    const queue = () => ({ POSTGRES_URL: servers[0]!.url });

    beforeAll(async () => {
      servers = await Promise.all([postgres(), backend.start()]);
    }, 120_000);
    afterAll(async () => {
      await Promise.all(servers.map(async (server) => server.stop()));
    });
    beforeEach(async () => {
      slack = await startFakeSlack();
      inferences = 0;
      gallery = backend.storage(servers[1]!.url);
      const counting: FaceEngine = {
        ...engine,
        see: async (bytes, signal) => {
          inferences += 1;
          return engine.see(bytes, signal);
        },
      };
      const start = async () => startWorkerRig({ slack, engine: counting, queue: queue(), gallery });
      workers = [await start(), await start()];
    });
    afterEach(async () => {
      await Promise.all(workers.map(async (worker) => worker.close()));
      await slack.close();
      await emptyGallery(gallery);
    });

    /** In the channel itself. */
    const posts = () => slack.chat.messages.filter(({ channel, threadTs }) => channel === 'CRESULTS' && threadTs === null);
    const replies = () => slack.chat.messages.filter(({ channel, threadTs }) => channel === 'CRESULTS' && threadTs !== null);

    /** Sends the jobs and waits until each has an outcome, and the visit that they made is posted. */
    async function runAll(jobs: SnapshotJob[]): Promise<string[]> {
      const sender = createJobSender(queue(), { log });
      for (const job of jobs) await sender.send(job, { timeoutMs: 5_000 });
      await sender.close();
      const { records } = workers[0]!.opened;
      const states = async () => Promise.all(jobs.map(async ({ snapshotId }) => (await records.get(snapshotId, never))?.state ?? 'none'));
      const ended = await until(
        'all are done',
        async () => {
          const now = await states();
          return now.every((state) => ['recognised', 'nothing-new', 'nothing-to-post', 'failed'].includes(state)) && now.sort();
        },
        50_000,
      );
      await until('the visit is posted', () => posts().length > 0);
      return ended;
    }

    it('are posted once, also fifty at once to two workers with four jobs each', async () => {
      const picture = await frameWith([woman]);
      for (const worker of workers) worker.takeJobs();
      const states = await runAll(Array.from({ length: 50 }, () => postedIn(slack, picture)));
      expect(states).toEqual([...Array.from({ length: 49 }, () => 'nothing-new'), 'recognised']);
      expect(posts()).toHaveLength(1);
      expect(replies()).toEqual([]);
      expect(inferences).toBe(1);
      // Whoever waited did not download it again; the one that was looked at may have, and it was drawn on.
      expect(slack.downloads.length).toBeLessThan(50 + 8);
    });

    it('of seven still cameras in one channel, without captions, are one visit with seven snapshots in three rounds', async () => {
      const scenes = await Promise.all([
        frameWith([woman]),
        frameWith([bearded]),
        frameWith([dark]),
        frameWith([man[0]!]),
        frameWith([woman], { seed: 5 }),
        frameWith([bearded], { seed: 6 }),
        frameWith([dark], { seed: 7 }),
      ]);
      for (const worker of workers) worker.takeJobs();
      const outcomes: string[] = [];
      for (const quality of [95, 85, 90]) {
        const round = await Promise.all(scenes.map(async (scene) => sharp(scene).jpeg({ quality }).toBuffer()));
        outcomes.push(...(await runAll(round.map((bytes) => postedIn(slack, bytes)))));
      }
      expect(outcomes.filter((state) => state === 'recognised')).toHaveLength(7);
      expect(outcomes.filter((state) => state === 'nothing-new')).toHaveLength(14);
      // Nobody knows which camera is which: the channel is the camera.
      await until('the post says so', () => JSON.stringify(posts()[0]?.blocks).includes('7 snapshots'), 20_000);
      expect(posts()).toHaveLength(1);
      // A picture of somebody who came after the post was made may be in its thread, one a minute at most.
      expect(replies().map(({ threadTs }) => threadTs)).toEqual(replies().length > 0 ? [posts()[0]!.ts] : []);
    });

    it('that show a stranger are posted with a number by a worker that has not heard of the stranger yet', async () => {
      const [seeing] = workers;
      const settings = { sync: { pollMs: 600_000, censusMs: 600_000 } };
      const posting = await startWorkerRig({ slack, engine, queue: queue(), gallery, settings: { settings } });
      const job = postedIn(slack, await frameWith([bearded], { seed: 8 }));
      const once = { attempt: 1, lastAttempt: false };
      await seeing!.handlers.snapshot(job, once, never);
      const [visit] = await seeing!.visits.recent({ limit: 1 }, never);
      await posting.handlers.visit({ v: 1, kind: 'visit', visitId: visit!.id, revision: visit!.revision, why: 'post' }, once, never);
      expect(JSON.stringify(posts()[0]?.blocks)).toMatch(/1: Unknown 1/);
      await posting.close();
    });

    it('are looked at one after the other while those before fail', async () => {
      const picture = await frameWith([woman], { seed: 9 });
      const jobs = Array.from({ length: 4 }, (_, index) => postedIn(slack, picture, { takenAtMs: Date.now() + index }));
      const [worker] = workers;
      let failures = 0;
      const failing = await startWorkerRig({
        slack,
        engine: {
          ...engine,
          see: async () => {
            failures += 1;
            throw new Error('this picture breaks the engine');
          },
        },
        queue: queue(),
        gallery,
      });
      const once = async ({ handlers }: WorkerRig, job: SnapshotJob, lastAttempt = false) =>
        handlers.snapshot(job, { attempt: 1, lastAttempt }, never).then(
          () => 'done',
          (error: { code: string }) => error.code,
        );
      expect(await once(failing, jobs[0]!)).toBe('internal');
      expect(await once(worker!, jobs[1]!)).toBe('same-frame-in-progress');
      expect(await once(worker!, jobs[2]!)).toBe('same-frame-in-progress');
      // Its last attempt fails too: now the second one may be looked at, and the third waits for that.
      expect(await once(failing, jobs[0]!, true)).toBe('internal');
      expect(await once(worker!, jobs[2]!)).toBe('same-frame-in-progress');
      expect(await once(worker!, jobs[1]!)).toBe('done');
      expect(await once(worker!, jobs[2]!)).toBe('done');
      expect(await once(worker!, jobs[3]!)).toBe('done');
      expect([failures, inferences]).toEqual([2, 1]);
      await failing.close();
    });
  });
}
