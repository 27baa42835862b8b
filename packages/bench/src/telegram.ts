import { randomBytes } from 'node:crypto';
import { wholeNumber } from '@watchpost/shared/config/parse-env';
import { pause } from '@watchpost/shared/wait';
import { type EmulatedTelegram, startEmulatedTelegram } from '@watchpost/standalone/telegram/emulated-telegram';
import { z } from 'zod';
import { readOptions, type Bench } from './bench.ts';
import { drawFrame } from './prove/pair/pictures.ts';
import { percentile, rounded } from './report/statistics.ts';
import { startApp, type App } from './servers/app.ts';
import { keep, stopAll, type Started } from './servers/started.ts';
import { startStorage } from './servers/storage.ts';
import { deliverUpdates } from './telegram/acknowledged.ts';
import { timeAnswers } from './telegram/answers.ts';
import { holdDialogs } from './telegram/dialogs.ts';

/** Telegram keeps a click for so long where nobody takes it. Milliseconds. */
const clickLifeMs = 150_000;

/** What people may wait for. */
const goals = { p99AckMs: 50, p95TextMs: 500, p95PhotoMs: 2_000 };

const messageKey = 'k'.repeat(32);
/** Before anything is measured: answers to texts and photos. */
const warmUp = { texts: 3, photos: 1 };
/** How long after the dialogs have begun worker and ingest are killed, milliseconds. */
const killAfterMs = [1_500, 3_000] as const;

/**
 * Telegram under load, emulated: `--rate` updates a second for `--seconds` to the webhook; then one person who writes `--texts` texts and
 * sends `--photos` photos; then `--dialogs` people who register at once, some with photos in between, while worker and ingest are killed.
 * Exit code 1 when a dialog did not end as its person expected, or a goal was not met.
 */
export const telegram: Bench = async (args, io) => {
  const { json, queue, ...options } = readOptions(args, {
    rate: wholeNumber(1, 10_000).default(100),
    seconds: wholeNumber(1, 600).default(20),
    texts: wholeNumber(1, 1_000).default(40),
    photos: wholeNumber(1, 200).default(20),
    dialogs: wholeNumber(1, 2_000).default(200),
    queue: z.enum(['redis', 'postgres']).default('redis'),
  });
  const started: Started[] = [];
  try {
    io.warn(`${String(options.rate)} updates a second for ${String(options.seconds)} s`);
    const acknowledged = await acknowledge(queue, options, started, io.signal);
    await stopAll(started);

    const pair = await startPair(queue, started);
    const person = pair.telegram.person('Guest 0');
    const photos = await Promise.all(Array.from({ length: options.photos + warmUp.photos }, async (_, seed) => drawFrame(seed % 20, seed)));
    await timeAnswers(pair.telegram, person, { texts: warmUp.texts, photos: photos.slice(0, warmUp.photos) });
    io.warn(`${String(options.texts)} texts and ${String(options.photos)} photos, one after the other`);
    const answers = await timeAnswers(pair.telegram, person, { texts: options.texts, photos: photos.slice(warmUp.photos) });

    io.warn(`${String(options.dialogs)} dialogs at once, while worker and ingest are killed`);
    const photo = await drawFrame(3, 1_000);
    const [ended] = await Promise.all([holdDialogs(pair.telegram, options.dialogs, photo), killBoth(pair, io.signal)]);
    for (const line of ended.lost.slice(0, 10)) io.warn(line);

    const report: TelegramReport = {
      command: 'telegram',
      p99AckMs: rounded(percentile(acknowledged.waitsMs, 0.99), 1),
      p95TextMs: rounded(percentile(answers.textMs, 0.95), 0),
      p95PhotoMs: rounded(percentile(answers.photoMs, 0.95), 0),
      refused: acknowledged.refused,
      dialogs: ended.dialogs,
      lost: ended.lost.length,
    };
    for (const line of json ? [JSON.stringify(report)] : toLines(report)) io.print(line);
    return isSound(report) ? 0 : 1;
  } finally {
    await stopAll(started);
  }
};

interface TelegramReport {
  command: string;
  p99AckMs: number;
  p95TextMs: number;
  p95PhotoMs: number;
  refused: number;
  dialogs: number;
  lost: number;
}

/** The variables of both processes. */
const envOf = (api: EmulatedTelegram, allowed: readonly number[]) => ({
  TELEGRAM_BOT_TOKEN: api.token,
  TELEGRAM_API_URL: api.url,
  MESSAGE_KEY: messageKey,
  LOG_LEVEL: 'warn',
  ...(allowed.length > 0 && { TELEGRAM_ALLOWED: allowed.join(',') }),
});

async function startTelegram(started: Started[]): Promise<EmulatedTelegram> {
  const api = await startEmulatedTelegram({ clickLifeMs });
  started.push({ stop: () => api.close() });
  return api;
}

/** Ingest alone, with nothing but its queue. */
async function acknowledge(queue: 'redis' | 'postgres', load: { rate: number; seconds: number }, started: Started[], signal: AbortSignal) {
  const { POSTGRES_URL, REDIS_URL } = await startStorage(queue, started);
  const storage = REDIS_URL === undefined ? { POSTGRES_URL } : { REDIS_URL };
  const api = await startTelegram(started);
  const secret = randomBytes(16).toString('hex');
  const ingest = await keep(
    started,
    startApp('ingest', { ...storage, ...envOf(api, []), TELEGRAM_WEBHOOK_SECRET: secret }, { until: 'live' }),
  );
  const target = { url: `${ingest.url}/api/telegram`, secret };
  await deliverUpdates(target, { rate: load.rate, seconds: 2 }, signal);
  return deliverUpdates(target, load, signal);
}

interface Pair {
  telegram: EmulatedTelegram;
  ingest: App;
  worker: App;
}

/** Servers, an emulated Telegram that delivers by webhook, ingest and worker. */
async function startPair(queue: 'redis' | 'postgres', started: Started[]): Promise<Pair> {
  const storage = await startStorage(queue, started);
  const api = await startTelegram(started);
  const guests = Array.from({ length: 2_000 }, (_, index) => api.person(`Guest ${String(index)}`).id);
  const env = { ...storage, ...envOf(api, guests) };
  const secret = randomBytes(16).toString('hex');
  const worker = await keep(started, startApp('worker', env));
  const ingest = await keep(started, startApp('ingest', { ...env, TELEGRAM_WEBHOOK_SECRET: secret }, { until: 'live' }));
  const answer = await fetch(`${api.url}/bot${api.token}/setWebhook`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ url: `${ingest.url}/api/telegram`, secret_token: secret }),
  });
  if (!answer.ok) throw new Error(`setWebhook: ${await answer.text()}`);
  return { telegram: api, ingest, worker };
}

async function killBoth({ ingest, worker }: Pair, signal: AbortSignal): Promise<void> {
  await pause(killAfterMs[0], signal);
  await worker.stop('SIGKILL');
  await worker.restart();
  await pause(killAfterMs[1], signal);
  await ingest.stop('SIGKILL');
  await ingest.restart();
}

const isSound = (report: TelegramReport): boolean =>
  report.lost + report.refused === 0 &&
  report.p99AckMs <= goals.p99AckMs &&
  report.p95TextMs <= goals.p95TextMs &&
  report.p95PhotoMs <= goals.p95PhotoMs;

/** As lines. */
const toLines = (report: TelegramReport): string[] => [
  `updates acknowledged: p99 ${String(report.p99AckMs)} ms, refused ${String(report.refused)}`,
  `unloaded: text to answer p95 ${String(report.p95TextMs)} ms, photo to answer p95 ${String(report.p95PhotoMs)} ms`,
  `${String(report.dialogs)} dialogs at once, worker and ingest killed: lost ${String(report.lost)}`,
];
