import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApp, type App, type AppOptions } from '@watchpost/bench/servers/app';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { describeWith } from '../support/describe-with.ts';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import { face, snapshotInfo, strangerVector } from '../support/gallery-backends.ts';
import { frameWith, woman } from '../support/pictures.ts';
import { postedIn } from '../support/posted-in.ts';
import { postgres, redis, type Service } from '../support/services.ts';
import { startGallery } from '../support/start-gallery.ts';
import { until } from '../support/until.ts';

const log = createLogger('test', 'silent');
const never = new AbortController().signal;

describeWith(['redis'], 'the worker process', () => {
  let services: { queue: Service; gallery: Service };
  let database: OpenedGallery;
  let sender: JobSender;
  let slack: FakeSlack;
  let workers: App[];
  let serial = 0;

  beforeAll(async () => {
    const [queue, gallery] = await Promise.all([redis({ own: true }), postgres()]);
    services = { queue, gallery };
    database = await startGallery({ POSTGRES_URL: gallery.url });
    sender = createJobSender({ REDIS_URL: queue.url }, { log });
  }, 120_000);
  afterAll(async () => {
    await sender?.close();
    await database?.gallery.close();
    await Promise.all([services?.queue.stop(), services?.gallery.stop()]);
  });
  beforeEach(async () => {
    slack = await startFakeSlack();
    workers = [];
  });
  afterEach(async () => {
    await Promise.all(workers.filter(({ child }) => child().exitCode === null).map((worker) => worker.stop('SIGKILL')));
    await slack.close();
  });

  async function start(over: Record<string, string> = {}, options: AppOptions = {}): Promise<App> {
    const env = {
      SLACK_API_TOKEN: 'xoxb-process-test',
      SLACK_API_URL: slack.apiUrl,
      SLACK_FILE_HOSTS: slack.url,
      READ_SLACK_CHANNEL_ID: 'CREAD',
      WRITE_SLACK_CHANNEL_ID: 'CRESULTS',
      REDIS_URL: services.queue.url,
      POSTGRES_URL: services.gallery.url,
      INFERENCE_THREADS: '1',
      ...over,
    };
    const worker = await startApp('worker', env, options);
    workers.push(worker);
    return worker;
  }

  function job(bytes: Buffer): SnapshotJob {
    serial += 1;
    return postedIn(slack, bytes, { camera: `camera ${serial}` });
  }

  const stateOf = async ({ snapshotId }: SnapshotJob) => (await database.records.get(snapshotId, never))?.state;

  it('answers its health checks while a picture of 40 megapixels is looked at', async () => {
    const worker = await start();
    const noise = { type: 'gaussian', mean: 110, sigma: 40 } as const;
    const grainy = await sharp({ create: { width: 768, height: 521, channels: 3, background: '#667788', noise } })
      .png()
      .toBuffer();
    const huge = job(await sharp(grainy).resize(7_680, 5_210, { kernel: 'nearest' }).jpeg({ quality: 70 }).toBuffer());
    await sender.send(huge, { timeoutMs: 5_000 });
    await until('it is taken', async () => (await stateOf(huge)) === 'received');
    const takenAt = performance.now();
    let answers = 0;
    let slowest = 0;
    await until('it is looked at', async () => {
      const startedAt = performance.now();
      expect((await fetch(`http://127.0.0.1:${worker.port}/health/live`)).status).toBe(200);
      slowest = Math.max(slowest, performance.now() - startedAt);
      answers += 1;
      return (await stateOf(huge)) === 'nothing-to-post';
    });
    expect(answers).toBeGreaterThan(5);
    // Were the event loop blocked, one answer would take as long as the whole picture.
    expect(slowest).toBeLessThan((performance.now() - takenAt) / 2);
  });

  it('does not start with faults in the cameras file, and says where they are', async () => {
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'cameras-')), 'cameras.yaml');
    await writeFile(file, 'cameras:\n  - name: Gate\n    cooldwon: 5m\n');
    const worker = await start({ CAMERAS_FILE: file }, { until: 'spawned' });
    await until('it has ended', () => worker.child().exitCode !== null);
    expect(worker.child().exitCode).toBe(1);
    expect(worker.log()).toContain(`${file}:3:5: cooldwon is no setting; did you mean cooldown?`);
    await rm(path.dirname(file), { recursive: true });
  });

  it('finishes its running job at SIGTERM', async () => {
    const worker = await start();
    const slow = job(await frameWith([woman]));
    let release = () => undefined as void;
    slack.mischief(`/download/${slow.file.id}`, { kind: 'wait', until: new Promise((resolve) => (release = resolve)) });
    await sender.send(slow, { timeoutMs: 5_000 });
    await until('the job runs', () => slack.downloads.length > 0 || undefined, 10_000).catch(() => undefined);
    await until('it has opened its record', async () => (await stateOf(slow)) === 'received');
    const stopped = worker.stop();
    await until('it stops taking work', () => worker.log().includes('stopping'));
    release();
    expect(await stopped).toBe(0);
    expect(await stateOf(slow)).toBe('recognised');
  });

  it('gives a stuck job up after the grace period, and another worker does it', async () => {
    const worker = await start({ SHUTDOWN_GRACE_MS: '300' });
    const stuck = job(await frameWith([woman], { seed: 1 }));
    slack.mischief(`/download/${stuck.file.id}`, { kind: 'hang' });
    await sender.send(stuck, { timeoutMs: 5_000 });
    await until('it has opened its record', async () => (await stateOf(stuck)) === 'received');
    const startedAt = performance.now();
    expect(await worker.stop()).toBe(0);
    expect(performance.now() - startedAt).toBeLessThan(300 + 1_000 + 1_500);
    await start();
    const posts = () => slack.chat.messages.filter(({ text }) => text.startsWith(`${stuck.camera}: `));
    await until('another one has posted it', () => posts().length > 0, 60_000);
    expect(await stateOf(stuck)).toBe('recognised');
    expect(posts()).toHaveLength(1);
  });

  it('ends cleanly when the grace period is over in the middle of an inference', async () => {
    const worker = await start({ SHUTDOWN_GRACE_MS: '100' });
    const frame = await sharp(await frameWith([woman], { seed: 2 }))
      .resize(3_840, 2_160)
      .jpeg()
      .toBuffer();
    const looked = Array.from({ length: 4 }, () => job(frame));
    for (const each of looked) await sender.send(each, { timeoutMs: 5_000 });
    await until('one is being looked at', async () => (await stateOf(looked[0]!)) === 'received');
    // Decoding comes first.
    await pause(300, never);
    expect(await worker.stop()).toBe(0);
    expect(worker.log()).toContain('grace period over');
    expect(worker.log()).not.toMatch(/terminate called|could not release/);
  });

  it('warns of persons whom only faces of another embedding model show, until they are embedded again', async () => {
    await database.gallery.recognise(snapshotInfo({ snapshotId: 'before' }), [face(strangerVector(1), { modelId: 'older' })], never);
    const worker = await start();
    await until('it has warned', async () => worker.log().includes('run watchpost reembed'));
    const warning =
      worker
        .log()
        .split('\n')
        .find((line) => line.includes('run watchpost reembed')) ?? '';
    expect(JSON.parse(warning)).toMatchObject({ level: 40, persons: 1, otherModelIds: ['older'] });
    await worker.stop();
    const { modelId } = JSON.parse(warning) as { modelId: string };
    expect(await database.leftBehind(modelId)).toEqual({ persons: 1, modelIds: ['older'] });
    // Whom else the other tests left in the gallery, the other model's user would miss.
    expect((await database.leftBehind('older')).modelIds).not.toContain('older');
  });

  it('reports every fault of its environment at once', async () => {
    const worker = await startApp(
      'worker',
      { SLACK_API_TOKEN: 'xoxb-1', FACE_ENGINE: 'dlib', WORKER_CONCURRENCY: '0' },
      { until: 'spawned' },
    );
    expect(await new Promise((resolve) => worker.child().once('exit', resolve))).toBe(1);
    for (const name of [
      'READ_SLACK_CHANNEL_ID',
      'WRITE_SLACK_CHANNEL_ID',
      'FACE_ENGINE',
      'WORKER_CONCURRENCY',
      'REDIS_URL',
      'MONGO_CONNECTION_STRING',
    ]) {
      expect(worker.log()).toContain(name);
    }
  });
});
