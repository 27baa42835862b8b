import { startApp, type App } from '@watchpost/bench/servers/app';
import { startFakeSlack, type FakeSlack } from '@watchpost/bench/servers/fake-slack';
import type { OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { startGuardedSlack, type GuardedSlack } from './guarded-slack.ts';
import { frameWith, woman } from './pictures.ts';
import { postedIn } from './posted-in.ts';
import { postgres, redis, type Service } from './services.ts';
import { startGallery } from './start-gallery.ts';
import { until } from './until.ts';

const log = createLogger('test', 'silent');

/** A worker with stores of its own and a Slack that refuses what it is told to. Call it in a `describeWith(['redis', 'postgres'], …)`. */
export function heldWorkerRig() {
  let queue: Service;
  let database: Service;
  let gallery: OpenedGallery;
  let sender: JobSender;
  let behind: FakeSlack;
  let slack: GuardedSlack;
  let worker: App;
  let serial = 0;

  beforeAll(async () => {
    [queue, database] = await Promise.all([redis({ own: true }), postgres({ own: true })]);
    gallery = await startGallery({ POSTGRES_URL: database.url });
    sender = createJobSender({ REDIS_URL: queue.url }, { log });
  }, 120_000);
  afterAll(async () => {
    await sender?.close();
    await gallery?.gallery.close();
    await Promise.all([queue?.stop(), database?.stop()]);
  });
  beforeEach(async () => {
    behind = await startFakeSlack();
    slack = await startGuardedSlack(behind);
  });
  afterEach(async () => {
    // What it has just posted is finished, for the next test.
    await worker.stop();
    await slack.close();
    await behind.close();
  });

  const startWorker = async (how: 'ready' | 'live'): Promise<void> => {
    const env = {
      SLACK_API_TOKEN: 'xoxb-good',
      SLACK_API_URL: slack.apiUrl,
      SLACK_FILE_HOSTS: slack.url,
      READ_SLACK_CHANNEL_ID: 'CREAD',
      WRITE_SLACK_CHANNEL_ID: 'CRESULTS',
      REDIS_URL: queue.url,
      POSTGRES_URL: database.url,
      INFERENCE_THREADS: '1',
      WORKER_CONCURRENCY: '1',
    };
    worker = await startApp('worker', env, { until: how });
  };
  /** A snapshot in Slack, and its job in the queue. */
  async function post(): Promise<SnapshotJob> {
    serial += 1;
    const bytes = await frameWith([woman], { seed: serial });
    const job = postedIn({ files: behind.files, url: slack.url }, bytes, { camera: `camera ${serial}` });
    await sender.send(job, { timeoutMs: 5_000 });
    return job;
  }
  const posts = () => behind.chat.messages.filter(({ channel }) => channel === 'CRESULTS');
  const posted = async (...jobs: SnapshotJob[]): Promise<void> => {
    await until('all are posted', () => posts().length >= jobs.length, 60_000);
    expect(posts()).toHaveLength(jobs.length);
    for (const { camera } of jobs) expect(posts().filter(({ text }) => text.startsWith(`${camera}: `))).toHaveLength(1);
  };
  const readiness = async (): Promise<{ status: number; body: { reasons?: Record<string, string> } }> => {
    const response = await fetch(`${worker.url}/health/ready`);
    return { status: response.status, body: (await response.json()) as { reasons?: Record<string, string> } };
  };
  const reason = (): Promise<string> => until('it says why', async () => (await readiness()).body.reasons?.slack);
  const countOf = async (kind: string, state: string): Promise<number> =>
    (await sender.counts()).find((entry) => entry.kind === kind && entry.state === state)?.count ?? 0;
  const logged = (message: RegExp): { level: number; code?: string; kind?: string }[] =>
    worker
      .log()
      .split('\n')
      .filter((line) => message.test(line))
      .map((line) => JSON.parse(line) as { level: number });
  const liveness = async (): Promise<number> => (await fetch(`${worker.url}/health/live`)).status;
  return {
    startWorker,
    post,
    posts,
    posted,
    readiness,
    reason,
    countOf,
    logged,
    liveness,
    queue: () => queue,
    database: () => database,
    gallery: () => gallery,
    behind: () => behind,
    slack: () => slack,
    worker: () => worker,
  };
}
