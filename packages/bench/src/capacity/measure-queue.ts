import { randomBytes } from 'node:crypto';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { perKind } from '@watchpost/shared/jobs/job-kinds';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { eventBody } from '../acks/deliver.ts';
import { percentile, rounded } from '../report/statistics.ts';
import { startApp } from '../servers/app.ts';
import { postTo } from '../servers/post-to.ts';
import { providePostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { signedHeaders } from '../servers/signed-request.ts';
import { startSlack } from '../servers/slack.ts';
import { keep, stopAll, type Started } from '../servers/started.ts';

/** What a queue carries. */
export interface QueueFigures {
  queue: 'Redis' | 'PostgreSQL';
  /** Of one ingest, while so many deliveries are open at a time. */
  eventsPerSecond: number;
  ackP50Ms: number;
  ackP99Ms: number;
  /** Jobs that one worker takes, runs and ends in a second, when there is nothing to do in them. */
  jobsPerSecond: number;
}

const openAtATime = 32;
/** Connections are made and code is compiled. */
const warmUpEvents = 500;
const concurrency = 16;
const channels = { READ_SLACK_CHANNEL_ID: 'C0BENCH', WRITE_SLACK_CHANNEL_ID: 'C0RESULTS' };

/** Signed events for one ingest as fast as it takes them, then their jobs for one worker that does nothing, on one queue. */
export async function measureQueue(queue: QueueFigures['queue'], events: number, signal: AbortSignal): Promise<QueueFigures> {
  const started: Started[] = [];
  try {
    const server = await keep(
      started,
      queue === 'Redis' ? startRedis({}, { own: true }) : providePostgres({}, { own: true, durable: true }),
    );
    const storage = queue === 'Redis' ? { REDIS_URL: server.url } : { POSTGRES_URL: server.url };
    const slack = await keep(started, startSlack());
    const secret = randomBytes(16).toString('hex');
    const env = { ...storage, SLACK_API_TOKEN: 'xoxb-bench', SLACK_API_URL: slack.url, ...channels, LOG_LEVEL: 'error' };
    const ingest = await startApp('ingest', { ...env, SLACK_SIGNING_SECRET: secret });
    started.push(ingest);
    const target = { url: `${ingest.url}/api/events`, secret };
    await post(target, 0, warmUpEvents, signal);
    const acks = await post(target, warmUpEvents, events, signal);
    await ingest.stop();
    return { queue, ...acks, jobsPerSecond: await takeAll(storage, warmUpEvents + events, signal) };
  } finally {
    await stopAll(started);
  }
}

async function post(
  { url, secret }: { url: string; secret: string },
  first: number,
  count: number,
  signal: AbortSignal,
): Promise<Pick<QueueFigures, 'eventsPerSecond' | 'ackP50Ms' | 'ackP99Ms'>> {
  const times: number[] = [];
  let next = first;
  const startMs = performance.now();
  const deliverSome = async (): Promise<void> => {
    while (next < first + count && !signal.aborted) {
      const body = eventBody(
        { first: 0, urlOf: (id) => `https://files.slack.com/files-pri/T1-${id}/download/1.png`, sizeBytes: 250_000 },
        next++,
      );
      const beforeMs = performance.now();
      // Slack sends what was not acknowledged again.
      while ((await postTo(url, signedHeaders(secret, body), body)) !== 200) await pause(50, signal);
      times.push(performance.now() - beforeMs);
    }
  };
  await Promise.all(Array.from({ length: openAtATime }, deliverSome));
  const seconds = (performance.now() - startMs) / 1_000;
  return {
    eventsPerSecond: Math.round(times.length / seconds),
    ackP50Ms: rounded(percentile(times, 0.5), 1),
    ackP99Ms: rounded(percentile(times, 0.99), 1),
  };
}

/** All snapshot jobs that wait, taken by a worker that does nothing with them. */
async function takeAll(storage: { REDIS_URL: string } | { POSTGRES_URL: string }, count: number, signal: AbortSignal): Promise<number> {
  const log = createLogger('bench', 'silent');
  const sender = createJobSender(storage, { log });
  await sender.ping(AbortSignal.timeout(10_000));
  const seen = new Set<string>();
  let startMs = 0;
  const snapshot = async ({ snapshotId }: SnapshotJob): Promise<void> => {
    if (seen.size === 0) startMs = performance.now();
    seen.add(snapshotId);
  };
  const receiver = createJobReceiver(
    storage,
    { ...perKind(() => async (): Promise<void> => undefined), snapshot },
    { concurrency: () => concurrency, log },
  );
  try {
    while (seen.size < count) await pause(10, signal);
    return Math.round(count / ((performance.now() - startMs) / 1_000));
  } finally {
    await receiver.close(AbortSignal.abort());
    await sender.close();
  }
}
