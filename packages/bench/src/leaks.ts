import { randomBytes } from 'node:crypto';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { memoryEnv } from '@watchpost/see/config';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { floorOf, judge, type Series, type Verdict } from './leaks/judge.ts';
import { probedEnv, sampleProcess, type ProcessSample } from './leaks/sample.ts';
import { openShape, shapeNames } from './servers/shapes.ts';
import { sendTraffic, type Sent } from './leaks/traffic.ts';
import { rounded } from './report/statistics.ts';
import { toTable } from './report/table.ts';
import { startApp } from './servers/app.ts';
import { startFakeSlack } from './servers/fake-slack.ts';

const minuteMs = 60_000;
const sampleEveryMs = 10_000;
/** The traffic repeats its few frames. Those that come again later must be looked at and posted again. */
const sameFrameMs = 1_000;
/** Neighbouring samples of which the lowest counts: memory goes up and down with the pictures in work. */
const samplesPerFloor = 4;
/** What is sampled of a process, its name in the table, and what may become of it. */
const quantities = [
  ['heldMb', 'memory after garbage collection', 'memory'],
  ['rssMb', 'resident memory', 'resident'],
  ['handles', 'handles', 'count'],
  ['descriptors', 'open files and connections', 'count'],
] as const;

/**
 * Sends snapshots and bad requests to an ingest and a worker for `--minutes`, and samples what both hold after a garbage collection each
 * 10 s. After the first quarter that must stay flat within 5 %, resident memory within 10 %, and handles, open files and connections must
 * not grow; exit code 1 otherwise. With `--json` the samples are printed too.
 */
export const leaks: Bench = async (args, { env, print, signal }) => {
  const options = readOptions(args, {
    minutes: wholeNumber(1, 10_000).default(8),
    shape: z.enum(shapeNames).optional(),
    rate: wholeNumber(1, 1_000).default(6),
  });
  let isFlat = true;
  for (const name of options.shape ? [options.shape] : shapeNames) {
    const run = await runShape(name, options, env, signal);
    if (options.json) print(JSON.stringify({ command: 'leaks', shape: name, minutes: options.minutes, ...run }));
    else for (const line of toLines(name, options.minutes, run)) print(line);
    isFlat &&= run.verdicts.every((each) => each.isFlat);
  }
  return isFlat ? 0 : 1;
};

interface Run {
  sent: Sent;
  /** Jobs by kind and state at the end. */
  jobs: Record<string, number>;
  verdicts: Verdict[];
  samples: Sample[];
}

interface Sample {
  ingest: ProcessSample;
  worker: ProcessSample;
  connections: number;
}

async function runShape(
  name: (typeof shapeNames)[number],
  { minutes, rate }: { minutes: number; rate: number },
  env: Parameters<Bench>[1]['env'],
  signal: AbortSignal,
): Promise<Run> {
  const stops: (() => Promise<unknown>)[] = [];
  const keep = <T>(one: T, stop: () => Promise<unknown>): T => {
    stops.push(stop);
    return one;
  };
  const over = new AbortController();
  try {
    const shape = await openShape(name, env);
    keep(shape, shape.stop);
    const slack = await startFakeSlack();
    keep(slack, () => slack.close());
    const secret = randomBytes(16).toString('hex');
    const channels = { READ_SLACK_CHANNEL_ID: 'C0BENCH', WRITE_SLACK_CHANNEL_ID: 'C0RESULTS' };
    const common = {
      ...shape.env,
      ...probedEnv,
      ...channels,
      SLACK_API_TOKEN: 'xoxb-bench',
      SLACK_API_URL: slack.apiUrl,
      LOG_LEVEL: 'fatal',
    };
    const ingest = await startApp('ingest', { ...common, SLACK_SIGNING_SECRET: secret });
    keep(ingest, ingest.stop);
    const looksAgain = { SAME_FRAME_WINDOW_MS: String(sameFrameMs) };
    const worker = await startApp('worker', { ...common, ...memoryEnv, ...looksAgain, SLACK_FILE_HOSTS: slack.url });
    keep(worker, worker.stop);
    const sender = createJobSender(shape.env, { log: createLogger('bench', 'silent') });
    keep(sender, () => sender.close());

    const backlog = async (): Promise<number> => {
      const waiting = (await sender.counts()).filter(({ kind, state }) => kind === 'snapshot' && state === 'waiting');
      return waiting.reduce((total, { count }) => total + count, 0);
    };
    const sent: Sent = { snapshots: 0, corrupt: 0, bad: 0, heldBackS: 0 };
    const traffic = sendTraffic({ ingestUrl: ingest.url, secret, slack, rate, backlog }, sent, over.signal);
    stops.push(async () => {
      over.abort();
      await traffic.catch(() => undefined);
    });
    const samples: Sample[] = [];
    const untilMs = performance.now() + minutes * minuteMs;
    while (performance.now() < untilMs) {
      await Promise.race([pause(sampleEveryMs, signal), traffic]);
      throwIfAborted(signal);
      samples.push({ ingest: await sampleProcess(ingest), worker: await sampleProcess(worker), connections: await shape.connections() });
    }
    const jobs = Object.fromEntries((await sender.counts()).map(({ kind, state, count }) => [`${kind} ${state}`, count]));
    return { sent, jobs, verdicts: seriesOf(samples).map(judge), samples };
  } finally {
    for (let stop = stops.pop(); stop; stop = stops.pop()) await stop();
  }
}

function seriesOf(samples: Sample[]): Series[] {
  const ofProcesses = (['ingest', 'worker'] as const).flatMap((app) =>
    quantities.map(([quantity, name, kind]): Series => {
      const values = samples.map((sample) => sample[app][quantity]);
      return kind === 'count'
        ? { name: `${app}: ${name}`, unit: '', kind, values }
        : { name: `${app}: ${name}`, unit: 'MB', kind, values: floorOf(values, samplesPerFloor) };
    }),
  );
  return [
    ...ofProcesses,
    { name: 'connections to the servers', unit: '', kind: 'count', values: samples.map(({ connections }) => connections) },
  ];
}

function toLines(shape: string, minutes: number, { sent, jobs, verdicts }: Run): string[] {
  const rows = verdicts.map(({ name, unit, from, to, growthPercent, isFlat }) => [
    `  ${name}`,
    `${rounded(from, 1)} ${unit}`,
    `${rounded(to, 1)} ${unit}`,
    `${rounded(growthPercent, 1)} %`,
    isFlat ? 'flat' : 'GROWS',
  ]);
  const counts = Object.entries(jobs).flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []));
  return [
    `${shape}: ${minutes} minutes, ${sent.snapshots} snapshots (${sent.corrupt} corrupt), ${sent.bad} bad requests, held back for ${sent.heldBackS} s`,
    `  jobs: ${counts.join(', ')}`,
    ...toTable([['  after the warm-up', 'from', 'to', 'growth', ''], ...rows]),
  ];
}
