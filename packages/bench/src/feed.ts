import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { pause } from '@watchpost/shared/wait';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { startCrowd, type Crowd } from './feed/crowd.ts';
import { textOf } from './feed/crowd-protocol.ts';
import { percentile, rounded } from './report/statistics.ts';
import { playMessages, type MessageTarget } from './rules/play.ts';
import { startApp, type App } from './servers/app.ts';
import { startFakeSlack } from './servers/fake-slack.ts';
import { makeFolder } from './servers/server.ts';
import { keep, stopAll, type Started } from './servers/started.ts';
import { slackEnvOf, startStorage } from './servers/storage.ts';

const channels = { read: 'C0CAMERAS', write: 'C0RESULTS', news: 'C0NEWS' };
const slug = 'news';

/** What readers may wait for, and what they may cost. */
const goals = { p95EventMs: 500, p99GetMs: 50, memoryMB: 300 };

/** Messages that are posted before anything is measured. */
const warmUp = 25;
/** For the last messages to arrive, milliseconds. */
const settleMs = 4_000;
/** How long and how often messages are posted while many read. */
const crowded = { seconds: 15, rate: 1 };
const restarted = { seconds: 12, rate: 20, killAfterMs: 3_000 };

/**
 * A feed with many readers. First messages at `--rate` a second for `--seconds`; then `--readers` open connections, and `--gets` conditional
 * GETs a second; then a feed process that is killed and started again under `--clients` readers. Slack is a fake one. Exit code 1 when a
 * reader missed a message or saw one twice, or a goal was not met.
 */
export const feed: Bench = async (args, io) => {
  const { json, queue, ...options } = readOptions(args, {
    rate: wholeNumber(1, 1_000).default(50),
    seconds: wholeNumber(1, 600).default(30),
    readers: wholeNumber(1, 20_000).default(5_000),
    gets: wholeNumber(1, 20_000).default(2_000),
    clients: wholeNumber(1, 20_000).default(1_000),
    queue: z.enum(['redis', 'postgres']).default('redis'),
  });
  const started: Started[] = [];
  setMaxListeners(0, io.signal);
  try {
    const news = await startNews(queue, started, io.signal);
    const crowd = startCrowd();
    started.push(crowd);
    const gets = startCrowd();
    started.push(gets);
    await play(news, { messages: warmUp, rate: warmUp }, io.signal);
    await pause(settleMs, io.signal);

    io.warn(`${String(options.rate)} messages a second for ${String(options.seconds)} s`);
    const events = await watch(news, crowd, 20, { messages: options.rate * options.seconds, rate: options.rate }, io.signal);

    io.warn(`${String(options.readers)} readers, and ${String(options.gets)} GETs a second`);
    const many = await watchMany(news, { crowd, gets }, options, io.signal);

    io.warn(`the feed process is killed under ${String(options.clients)} readers`);
    const kill = async (): Promise<void> => {
      await pause(restarted.killAfterMs, io.signal);
      await news.feed.stop('SIGKILL');
      await news.feed.restart();
    };
    const load = { messages: restarted.rate * restarted.seconds, rate: restarted.rate };
    const survived = await watch(news, crowd, options.clients, load, io.signal, kill);

    const report = {
      command: 'feed',
      p95EventMs: rounded(percentile(events.waitsMs, 0.95), 0),
      ...many,
      reconnects: survived.reconnects,
      refused: events.refused + survived.refused,
      missed: events.missed + many.missed + survived.missed,
      doubled: events.doubled + many.doubled + survived.doubled,
    };
    for (const line of json ? [JSON.stringify(report)] : toLines(report)) io.print(line);
    return isSound(report) ? 0 : 1;
  } finally {
    await stopAll(started);
  }
};

interface News {
  feed: App;
  target: MessageTarget;
}

/** Starts servers, Slack, ingest, worker and feed. */
async function startNews(queue: 'redis' | 'postgres', started: Started[], signal: AbortSignal): Promise<News> {
  signal.throwIfAborted();
  const slack = await startFakeSlack();
  started.push({ stop: () => slack.close() });
  const storage = await startStorage(queue, started);
  const folder = await makeFolder();
  started.push({ stop: () => rm(folder, { recursive: true, force: true }) });
  const file = path.join(folder, 'feeds.yaml');
  await writeFile(file, `feeds:\n  - { slug: ${slug}, channel: ${channels.news}, headline: "The bench, live" }\n`);
  const secret = randomBytes(16).toString('hex');
  const env = { ...storage, FEEDS_FILE: file, LOG_LEVEL: 'warn' };
  const slackEnv = slackEnvOf(slack, channels);
  await keep(started, startApp('worker', { ...env, ...slackEnv }));
  const ingest = await keep(started, startApp('ingest', { ...env, ...slackEnv, SLACK_SIGNING_SECRET: secret }));
  const feedApp = await keep(started, startApp('feed', env));
  return { feed: feedApp, target: { url: ingest.url, secret, slack, channel: channels.news } };
}

interface Load {
  messages: number;
  rate: number;
}

/** Posts numbered messages at an even pace. Resolves to how many events were never acknowledged. */
async function play({ target }: News, { messages, rate }: Load, signal: AbortSignal): Promise<number> {
  const planned = Array.from({ length: messages }, (_, number) => ({
    atMs: (number * 1_000) / rate,
    get text() {
      return textOf(number, Date.now());
    },
    matches: false,
  }));
  return (await playMessages(planned, target, signal)).filter((posted) => posted === null).length;
}

/** What readers see who are there before the first message. `meanwhile`: what else happens. */
async function watch(
  news: News,
  crowd: Crowd,
  readers: number,
  load: Load,
  signal: AbortSignal,
  meanwhile: () => Promise<unknown> = async () => undefined,
) {
  await crowd.read({ url: `${news.feed.url}/feeds/${slug}/events`, since: await position(news), readers, messages: load.messages }, signal);
  const [refused] = await Promise.all([play(news, load, signal), meanwhile()]);
  await pause(settleMs, signal);
  return { refused, ...(await crowd.report(signal)) };
}

async function watchMany(
  news: News,
  { crowd, gets }: { crowd: Crowd; gets: Crowd },
  options: { readers: number; gets: number },
  signal: AbortSignal,
) {
  let got: Awaited<ReturnType<Crowd['get']>> | undefined;
  let memoryMB = 0;
  const ask = async (): Promise<void> => {
    const url = `${news.feed.url}/feeds/${slug}`;
    got = await gets.get({ url, perSecond: options.gets, seconds: crowded.seconds }, signal);
    memoryMB = await memoryOf(news.feed);
  };
  const load = { messages: crowded.seconds * crowded.rate, rate: crowded.rate };
  const seen = await watch(news, crowd, options.readers, load, signal, ask);
  return {
    connections: seen.open,
    getsPerSecond: rounded(got?.perSecond ?? 0, 0),
    wrongGets: got?.wrong ?? 0,
    p99GetMs: rounded(percentile(got?.waitsMs ?? [], 0.99), 1),
    memoryMB,
    missed: seen.missed,
    doubled: seen.doubled,
  };
}

/** Where a reader begins who knows all that is there now. */
async function position({ feed: { url } }: News): Promise<string> {
  const page = z.looseObject({ position: z.string() });
  return page.parse(await (await fetch(`${url}/feeds/${slug}/entries?limit=1`)).json()).position;
}

/** What the process holds, in megabytes of 1,000,000 bytes. */
async function memoryOf({ url }: App): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return rounded(Number(/^process_resident_memory_bytes (\S+)/m.exec(text)?.[1]) / 1e6, 0);
}

interface FeedReport extends Awaited<ReturnType<typeof watchMany>> {
  p95EventMs: number;
  reconnects: number;
  refused: number;
}

const isSound = (report: FeedReport): boolean =>
  report.missed + report.doubled + report.refused + report.wrongGets === 0 &&
  report.p95EventMs <= goals.p95EventMs &&
  report.p99GetMs <= goals.p99GetMs &&
  report.memoryMB <= goals.memoryMB;

/** As lines. */
function toLines(report: FeedReport): string[] {
  return [
    `from Slack's event to a reader: p95 ${String(report.p95EventMs)} ms`,
    `${String(report.connections)} readers and ${String(report.getsPerSecond)} GETs a second: p99 ${String(report.p99GetMs)} ms, failed ${String(report.wrongGets)}; ${String(report.memoryMB)} MB`,
    `killed and started again: ${String(report.reconnects)} readers came back`,
    `missed ${String(report.missed)}, seen twice ${String(report.doubled)}, never acknowledged ${String(report.refused)}`,
  ];
}
