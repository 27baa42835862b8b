import { createHmac, randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { Agent, request } from 'node:http';
import { pause } from '@watchpost/shared/wait';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { percentile, rounded } from './report/statistics.ts';
import { startApp } from './servers/app.ts';
import { providePostgres } from './servers/postgres.ts';
import { startRedis } from './servers/redis.ts';
import { startSlack } from './servers/slack.ts';

/** Waits before Slack's next deliveries of an event: it tries at once, after a minute and after five. Shortened, and repeated without limit. Milliseconds. */
const redeliveryAfterMs = [0, 1_000, 2_000];
/** Slack counts later answers as failures. Milliseconds. */
const slackPatienceMs = 3_000;

/** How long ingest takes to warm up after a start: modules load, code is compiled. Milliseconds. */
const warmUpMs = 3_000;

interface Tally {
  /** Times of the deliveries that were acked, milliseconds; `steady`: of events sent while ingest was up and warm. */
  ackMs: number[];
  steadyMs: number[];
  /** Deliveries that were not: refused, cut off, or too late. */
  redeliveries: number;
}

/**
 * Plays Slack: `--rate` events a second for `--seconds`, each delivered again until it is acked, while ingest is killed
 * `--kills` times and started again. Then compares the queue with what was sent. `--queue` is `redis` or `postgres`
 * (a server is started for it) or the URL of a server, whose queue must be empty and have no worker. Exit code 1 when an event was lost or doubled.
 */
export const acks: Bench = async (args, io) => {
  const { json, queue, rate, seconds, kills } = readOptions(args, {
    rate: wholeNumber(1, 100_000).default(200),
    seconds: wholeNumber(1, 100_000).default(20),
    kills: wholeNumber(0, 1_000).default(2),
    queue: z.string().default('redis'),
  });
  const load = { rate, seconds, kills };
  const started: Started[] = [];
  try {
    const queueUrl = await openQueue(queue, started);
    const storage = /^rediss?:/.test(queueUrl) ? { REDIS_URL: queueUrl } : { POSTGRES_URL: queueUrl };
    const slack = await keep(started, startSlack());
    const secret = randomBytes(16).toString('hex');
    const env = {
      ...storage,
      SLACK_API_TOKEN: 'xoxb-bench',
      SLACK_API_URL: slack.url,
      SLACK_SIGNING_SECRET: secret,
      READ_SLACK_CHANNEL_ID: 'C0BENCH',
      WRITE_SLACK_CHANNEL_ID: 'C0RESULTS',
    };
    const ingest = await startApp('ingest', { ...env, LOG_LEVEL: 'error' });
    let restarted = Promise.resolve();
    const killIngest = (): void => {
      restarted = ingest.stop('SIGKILL').then(ingest.restart);
    };
    started.push({ stop: () => restarted.then(() => ingest.stop()) });
    const sender = createJobSender(storage, { log: createLogger('bench', 'silent') });
    started.push({ stop: () => sender.close() });
    await sender.ping(AbortSignal.timeout(10_000));
    const before = await jobsIn(sender);

    const tally = await deliver(`${ingest.url}/api/events`, secret, load, killIngest, io.signal);
    const events = rate * seconds;
    const jobs = (await jobsIn(sender)) - before;
    const report = summarise(tally, { events, jobs, ...load, queue: storage.REDIS_URL ? 'redis' : 'postgres' });
    for (const line of json ? [JSON.stringify(report)] : table(report)) io.print(line);
    return report.lost === 0 && report.doubled === 0 ? 0 : 1;
  } finally {
    for (let next = started.pop(); next; next = started.pop()) await next.stop();
  }
};

/** Something that must be stopped at the end. */
interface Started {
  stop(): Promise<unknown>;
}

async function openQueue(wanted: string, started: Started[]): Promise<string> {
  if (wanted === 'redis') return (await keep(started, startRedis({}, { own: true }))).url;
  if (wanted === 'postgres') return (await keep(started, providePostgres({}, { own: true, durable: true }))).url;
  return wanted;
}

/** At fixed times, whatever the answers do: a slow server must not slow its own load down. */
async function deliver(
  url: string,
  secret: string,
  { rate, seconds, kills }: { rate: number; seconds: number; kills: number },
  kill: () => void,
  signal: AbortSignal,
): Promise<Tally> {
  const tally: Tally = { ackMs: [], steadyMs: [], redeliveries: 0 };
  // Each event waits with this signal.
  setMaxListeners(0, signal);
  const events = rate * seconds;
  const killAt = new Set(Array.from({ length: kills }, (_, index) => Math.round((events * (index + 1)) / (kills + 1))));
  const startMs = performance.now();
  let startedMs = startMs;
  const open: Promise<void>[] = [];
  for (let index = 0; index < events; index += 1) {
    const waitMs = startMs + (index * 1_000) / rate - performance.now();
    if (waitMs > 1) await pause(waitMs, signal);
    if (killAt.has(index)) {
      kill();
      startedMs = performance.now();
    }
    const steady = performance.now() - startedMs > warmUpMs;
    open.push(
      deliverUntilAcked(url, secret, eventBody(index), tally, signal).then((ackMs) => {
        tally.ackMs.push(ackMs);
        if (steady) tally.steadyMs.push(ackMs);
      }),
    );
  }
  await Promise.all(open);
  return tally;
}

async function deliverUntilAcked(url: string, secret: string, body: string, tally: Tally, signal: AbortSignal): Promise<number> {
  for (let tries = 0; ; tries += 1) {
    const timestamp = String(Math.floor(Date.now() / 1_000));
    const signature = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
    const headers = { 'content-type': 'application/json', 'x-slack-request-timestamp': timestamp, 'x-slack-signature': signature };
    const beforeMs = performance.now();
    const acked = (await post(url, headers, body)) === 200;
    if (acked) return performance.now() - beforeMs;
    tally.redeliveries += 1;
    await pause(redeliveryAfterMs[Math.min(tries, redeliveryAfterMs.length - 1)] ?? 0, signal);
  }
}

// Node's plain client costs a third of fetch: the two share this machine's cores, and it is ingest that is measured.
const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** The status, or 0 where none came in time. */
async function post(url: string, headers: Record<string, string>, body: string): Promise<number> {
  return new Promise((resolve) => {
    const sending = request(
      url,
      { method: 'POST', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        response.resume().once('end', () => resolve(response.statusCode ?? 0));
      },
    );
    sending.setTimeout(slackPatienceMs, () => sending.destroy());
    sending.once('error', () => resolve(0)).once('close', () => resolve(0));
    sending.end(body);
  });
}

/** Each event is another message with another file. */
function eventBody(index: number): string {
  const ts = `1700000000.${String(index).padStart(6, '0')}`;
  const file = {
    id: `F${index}`,
    name: '20231114221320.png',
    mimetype: 'image/png',
    filetype: 'png',
    size: 250_000,
    url_private_download: `https://files.slack.com/files-pri/T1-F${index}/download/20231114221320.png`,
  };
  const event = { type: 'message', subtype: 'file_share', channel: 'C0BENCH', user: 'U0CAM', bot_id: 'B0CAM', ts, text: '', files: [file] };
  return JSON.stringify({ type: 'event_callback', team_id: 'T1', api_app_id: 'A0WATCH', event_id: `Ev${index}`, event });
}

async function jobsIn(sender: JobSender): Promise<number> {
  const counts = await sender.counts();
  return counts.filter(({ kind }) => kind === 'snapshot').reduce((total, { count }) => total + count, 0);
}

type Report = ReturnType<typeof summarise>;

function summarise(
  { ackMs, steadyMs, redeliveries }: Tally,
  run: { events: number; jobs: number; rate: number; seconds: number; kills: number; queue: string },
) {
  return {
    command: 'acks',
    ...run,
    steady: spread(steadyMs),
    all: spread(ackMs),
    redeliveries,
    lost: Math.max(0, ackMs.length - run.jobs),
    doubled: Math.max(0, run.jobs - run.events),
  };
}

interface Spread {
  acks: number;
  p50Ms: number;
  p99Ms: number;
  maxMs: number;
}

function spread(times: number[]): Spread {
  const at = (rank: number): number => rounded(percentile(times, rank) || 0, 1);
  return { acks: times.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1) };
}

function table({ events, rate, seconds, kills, queue, steady, all, redeliveries, jobs, lost, doubled }: Report): string[] {
  const line = (name: string, { acks, p50Ms, p99Ms, maxMs }: Spread): string =>
    `  ${name.padEnd(24)} ${String(acks).padStart(6)} acks   p50 ${p50Ms} ms   p99 ${p99Ms} ms   max ${maxMs} ms`;
  return [
    `${events} events at ${rate} a second for ${seconds} s, queue on ${queue}, ingest killed (-9) ${kills} times`,
    line('up and warm', steady),
    line('with starts and kills', all),
    `  ${redeliveries} deliveries were not acked within Slack's ${slackPatienceMs} ms and made again`,
    `  ${jobs} jobs in the queue   lost ${lost}   doubled ${doubled}`,
  ];
}

async function keep<T extends Started>(started: Started[], starting: Promise<T>): Promise<T> {
  const one = await starting;
  started.push(one);
  return one;
}
