import { randomBytes } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import { prepareBusyWorker, raisePriority, type BusyWorker } from './acks/busy-worker.ts';
import { deliver, type Tally } from './acks/deliver.ts';
import { summarise, toLines, type Phase, type Report } from './acks/report.ts';
import { readOptions, type Bench } from './bench.ts';
import { startApp } from './servers/app.ts';
import { providePostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';
import { startSlack } from './servers/slack.ts';
import { keep, stopAll, type Started } from './servers/started.ts';

/** What the time until an acknowledgement may be while all cores infer, at the 99th percentile. */
const targetMs = 50;

const channels = { READ_SLACK_CHANNEL_ID: 'C0BENCH', WRITE_SLACK_CHANNEL_ID: 'C0RESULTS' };

/**
 * Plays Slack: `--rate` events a second for `--seconds`, each delivered again until it is acked, while ingest is killed
 * `--kills` times and started again. Then compares the queue with what was sent. `--queue` is `redis` or `postgres`
 * (a server is started for it) or the URL of a server, whose queue must be empty and have no worker. With `--worker 1` a worker infers
 * on all cores beside it: first at the same priority as ingest (on Linux, as root), then as it ships.
 * `--traces` is the address of a collector of traces, to compare with and without.
 * Exit code 1 when an event was lost or doubled, or when acks beside the worker as it ships took longer than 50 ms (p99).
 */
export const acks: Bench = async (args, io) => {
  const { json, queue, worker, traces, rate, seconds, kills } = readOptions(args, {
    rate: wholeNumber(1, 100_000).default(200),
    seconds: wholeNumber(1, 100_000).default(20),
    kills: wholeNumber(0, 1_000).default(2),
    queue: z.string().default('redis'),
    traces: z.string().default(''),
    worker: wholeNumber(0, 1).default(0),
  });
  const load = { rate, seconds, kills };
  const started: Started[] = [];
  try {
    const queueUrl = await openQueue(queue, started);
    const storage = /^rediss?:/.test(queueUrl) ? { REDIS_URL: queueUrl } : { POSTGRES_URL: queueUrl };
    const slack = await keep(started, startSlack());
    const env = { ...storage, SLACK_API_TOKEN: 'xoxb-bench', SLACK_API_URL: slack.url, ...channels };
    const secret = randomBytes(16).toString('hex');
    const ingest = await startApp('ingest', {
      ...env,
      SLACK_SIGNING_SECRET: secret,
      LOG_LEVEL: 'error',
      OTEL_EXPORTER_OTLP_ENDPOINT: traces,
    });
    let restarted = Promise.resolve();
    const killIngest = (): void => {
      restarted = ingest.stop('SIGKILL').then(ingest.restart);
    };
    started.push({ stop: () => restarted.then(() => ingest.stop()) });
    const sender = createJobSender(storage, { log: createLogger('bench', 'silent') });
    started.push({ stop: () => sender.close() });
    await sender.ping(AbortSignal.timeout(10_000));
    const before = await jobsIn(sender);

    const busy = worker ? await keep(started, prepareBusyWorker(env, 3 * rate * seconds)) : null;
    const planned = busy ? [{ ...alone, urlOf: busy.urlOf, sizeBytes: busy.sizeBytes }, ...beside(busy)] : [alone];
    const phases: Phase[] = [];
    for (const { name, begin, urlOf, sizeBytes } of planned) {
      await begin();
      const target = { url: `${ingest.url}/api/events`, secret, first: phases.length * rate * seconds, urlOf, sizeBytes };
      phases.push({ name, ...(await measure(sender, () => deliver(target, load, killIngest, io.signal))) });
      await restarted;
    }
    const jobs = (await jobsIn(sender)) - before;
    const events = rate * seconds * phases.length;
    const report = summarise(phases, { ...load, events, jobs, queue: storage.REDIS_URL ? 'redis' : 'postgres' });
    for (const line of json ? [JSON.stringify(report)] : toLines(report)) io.print(line);
    return isSound(report) && (!busy || isPrompt(report)) ? 0 : 1;
  } finally {
    await stopAll(started);
  }
};

const isSound = ({ lost, doubled }: Report): boolean => lost === 0 && doubled === 0;
const isPrompt = ({ phases }: Report): boolean => (phases.at(-1)?.steady.p99Ms ?? 0) <= targetMs;

/** A part of a run that is about to begin. */
interface Planned {
  name: string;
  begin: () => Promise<void>;
  urlOf: (fileId: string) => string;
  sizeBytes: number;
}

const alone: Planned = {
  name: 'ingest alone',
  begin: async () => undefined,
  urlOf: (fileId) => `https://files.slack.com/files-pri/T1-${fileId}/download/20231114221320.png`,
  sizeBytes: 250_000,
};

function beside({ start, urlOf, sizeBytes }: BusyWorker): Planned[] {
  const equal = async (): Promise<void> => raisePriority((await start()).child().pid ?? 0);
  const canRaise = process.platform === 'linux' && process.getuid?.() === 0;
  return [
    ...(canRaise ? [{ name: 'beside a worker of the same priority', begin: equal, urlOf, sizeBytes }] : []),
    { name: 'beside a worker as it ships', begin: async () => void (await start()), urlOf, sizeBytes },
  ];
}

async function measure(sender: JobSender, run: () => Promise<Tally>): Promise<Omit<Phase, 'name'>> {
  const [recognisedBefore, idleBefore, startedAtMs] = [await jobsIn(sender, 'completed'), idleMs(), performance.now()];
  const tally = await run();
  const cpuMs = (performance.now() - startedAtMs) * availableParallelism();
  return { tally, busy: 1 - (idleMs() - idleBefore) / cpuMs, recognised: (await jobsIn(sender, 'completed')) - recognisedBefore };
}

const idleMs = (): number => cpus().reduce((total, { times }) => total + times.idle, 0);

async function openQueue(wanted: string, started: Started[]): Promise<string> {
  if (wanted === 'redis') return (await keep(started, startRedis({}, { own: true }))).url;
  if (wanted === 'postgres') return (await keep(started, providePostgres({}, { own: true, durable: true }))).url;
  return wanted;
}

/** The number of snapshot jobs, in whatever state or in this one. */
async function jobsIn(sender: JobSender, wanted?: string): Promise<number> {
  const counts = (await sender.counts()).filter(({ kind, state }) => kind === 'snapshot' && (wanted === undefined || state === wanted));
  return counts.reduce((total, { count }) => total + count, 0);
}
