import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { drawAll, postFrame, type PostedFrame } from './flood/cameras.ts';
import { reader, clickUntil } from './flood/clicks.ts';
import { floodLines, judgeFlood, readOutcomes, type FloodReport } from './flood/judge.ts';
import { planFlood, type PlannedFrame } from './flood/plan.ts';
import { startApp } from './servers/app.ts';
import { startFakeSlack } from './servers/fake-slack.ts';
import { readVisits } from './servers/read-visits.ts';
import { keep, stopAll, type Started } from './servers/started.ts';
import { slackEnvOf, startStorage } from './servers/storage.ts';

const channels = { read: 'C0FLOOD', write: 'C0RESULTS' };

/** What a flood may cost at most. */
const goals = { posts: 60, p95FirstPostSeconds: 30, p99ClickMs: 300 };

/** Slack takes about one message a second in a channel; the fake one refuses what comes sooner than this. Milliseconds. */
const apartMs = 900;
/** Without any progress for so long, what is unfinished is lost. Milliseconds. */
const patienceMs = 60_000;

/**
 * Cameras flood a channel for `--seconds`, and readers click meanwhile. Slack is a fake one that takes one message a second and a channel.
 * Then looks what became of every snapshot. Exit code 1 when something was lost or doubled, or a goal was missed.
 */
export const flood: Bench = async (args, io) => {
  const { json, queue, ...options } = readOptions(args, {
    snapshots: wholeNumber(1, 100_000).default(600),
    faces: wholeNumber(0, 100_000).default(200),
    cameras: wholeNumber(1, 1_000).default(50),
    seconds: wholeNumber(1, 3_600).default(60),
    seed: wholeNumber(0, 2 ** 20).default(1),
    queue: z.enum(['redis', 'postgres']).default('redis'),
  });
  const started: Started[] = [];
  setMaxListeners(0, io.signal);
  try {
    const slack = await startFakeSlack();
    started.push({ stop: () => slack.close() });
    slack.people.channels.set(channels.write, [reader]);
    const frames = planFlood({ ...options, withFaces: options.faces, forMs: options.seconds * 1_000 });
    io.warn(`drawing ${String(frames.length)} frames`);
    await drawAll(frames, slack);
    const storage = await startStorage(queue, started);
    const secret = randomBytes(16).toString('hex');
    const env = { ...storage, ...slackEnvOf(slack, channels), LOG_LEVEL: 'warn' };
    const worker = await keep(started, startApp('worker', env));
    const ingest = await keep(started, startApp('ingest', { ...env, SLACK_SIGNING_SECRET: secret }));
    slack.chat.apartMs = apartMs;
    const target = { url: ingest.url, secret, slack };
    io.warn(`posting for ${String(options.seconds)} s`);

    const calm = new AbortController();
    const clicking = clickUntil({ ...target, channel: channels.write }, calm.signal);
    const sent = await play(frames, (frame, index) => postFrame(frame, index, { ...target, channel: channels.read }), io.signal);
    calm.abort();
    const posted = sent.filter((each) => each !== null);
    const sender = createJobSender(storage, { log: createLogger('bench', 'silent') });
    started.push({ stop: () => sender.close() });
    await untilQuiet(sender, io.signal);
    const observed = { log: createLogger('bench', 'silent'), metrics: createMetrics({ processMetrics: false }), vectors: false };
    const { records, documents, gallery: opened } = await openGallery(storage, observed, io.signal);
    started.push({ stop: () => opened.close() });
    const report = judgeFlood({
      posted,
      refused: sent.length - posted.length,
      outcomes: await readOutcomes(posted, records, io.signal),
      visits: await readVisits(documents, io.signal),
      messages: slack.chat.messages.filter(({ channel, threadTs }) => channel === channels.write && threadTs === null),
      rateLimited: slack.chat.limited,
      clicks: await clicking,
    });
    for (const line of [worker, ingest]
      .flatMap(({ log }) => log().split('\n'))
      .filter(Boolean)
      .slice(-20))
      io.warn(line);
    for (const line of json ? [JSON.stringify(report)] : floodLines(report)) io.print(line);
    return isSound(report) ? 0 : 1;
  } finally {
    await stopAll(started);
  }
};

const isSound = ({ lost, doubled, rateLimited, posts, p95FirstPostSeconds, p99ClickMs, clicksRefused }: FloodReport): boolean =>
  lost + doubled + rateLimited + clicksRefused === 0 &&
  posts <= goals.posts &&
  p95FirstPostSeconds <= goals.p95FirstPostSeconds &&
  p99ClickMs <= goals.p99ClickMs;

/** Posts every frame at its time: a slow pair must not slow its own load down. */
async function play(
  frames: readonly PlannedFrame[],
  post: (frame: PlannedFrame, index: number) => Promise<PostedFrame | null>,
  signal: AbortSignal,
): Promise<(PostedFrame | null)[]> {
  const startMs = performance.now();
  return Promise.all(
    frames.map(async (frame, index) => {
      await pause(Math.max(0, startMs + frame.atMs - performance.now()), signal);
      return post(frame, index);
    }),
  );
}

/** Waits until no job is waiting or running; those that only tidy up later do not count. */
async function untilQuiet(sender: JobSender, signal: AbortSignal): Promise<void> {
  const calmMs = 8_000;
  let [changedAtMs, before] = [performance.now(), ''];
  for (;;) {
    const counts = await sender.counts();
    const busy = counts.filter(({ state }) => state === 'waiting' || state === 'prioritized' || state === 'active');
    const left = busy.reduce((total, { count }) => total + count, 0);
    const now = JSON.stringify(counts);
    if (now !== before) changedAtMs = performance.now();
    const forMs = performance.now() - changedAtMs;
    if (left === 0 ? forMs > calmMs : forMs > patienceMs) return;
    before = now;
    await pause(500, signal);
  }
}
