import { buildApp } from '@watchpost/ingest/app';
import { createIngestMetrics } from '@watchpost/ingest/metrics';
import { createRanks } from '@watchpost/ingest/order/ranks';
import { defaultCaptionPattern } from '@watchpost/ingest/platforms/camera-caption';
import type { LastJobs } from '@watchpost/ingest/platforms/telegram/chat-order';
import { registerTelegramRoute } from '@watchpost/ingest/platforms/telegram/route';
import { createTakeUpdate, type TakeUpdate } from '@watchpost/ingest/platforms/telegram/take-update';
import { createTelegramMetrics, type TelegramMetrics } from '@watchpost/ingest/platforms/telegram/telegram-metrics';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import type { Job } from '@watchpost/shared/jobs/job-kinds';
import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { openJson } from '@watchpost/shared/jobs/sealed';
import { talkTextSchema, type TalkJob } from '@watchpost/shared/jobs/talk-job';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { pino, type Logger } from 'pino';
import { onTestFinished } from 'vitest';
import { botId, botName, cameraChannel, cameras, results } from './telegram-updates.ts';

export const webhookSecret = 'the-secret-of-the-webhook';

/** Ingest's Telegram with a queue that remembers what it was given. */
export interface TelegramDoorRig {
  app: FastifyInstance;
  takeUpdate: TakeUpdate;
  telegramMetrics: TelegramMetrics;
  log: Logger;
  sent: Job[];
  logged: string[];
  /** What the queue does next; null: it takes everything. */
  fail: (how: ((job: Job) => Error | null) | null) => void;
  post: (body: unknown, headers?: Record<string, string>) => Promise<LightMyRequestResponse>;
  /** What was written or sent to us, opened. */
  textOf: (job: Job | undefined) => string;
  metrics: () => Promise<string>;
}

export function telegramRig({
  username = botName,
  cameraOf = () => null,
  readChats = [String(cameras.id), String(cameraChannel.id)],
  now = Date.now,
  lastJobs = null,
}: {
  username?: string | null;
  cameraOf?: (channel: string, fileName: string | null) => string | null;
  readChats?: string[];
  now?: () => number;
  lastJobs?: LastJobs | null;
} = {}): TelegramDoorRig {
  const sent: Job[] = [];
  const logged: string[] = [];
  let failing: ((job: Job) => Error | null) | null = null;
  const sender: JobSender = {
    send: async (job) => {
      const error = failing?.(job);
      if (error) throw error;
      sent.push(job);
    },
    ping: async () => undefined,
    counts: async () => [],
    close: async () => undefined,
  };
  const metrics = createMetrics({ processMetrics: false });
  const log = pino({ level: 'trace' }, { write: (line: string) => void logged.push(line) });
  const ended = new AbortController();
  const envelope: Envelope = createEnvelope(['a-secret-of-the-rig'], 'jobs');
  const ingestMetrics = createIngestMetrics(metrics, sender);
  const telegramMetrics = createTelegramMetrics(metrics);
  const takeUpdate = createTakeUpdate({
    sender,
    ranks: createRanks(sender, ended.signal),
    cameras: { nameOf: cameraOf },
    ingestMetrics,
    log,
    now,
    ourselves: () => ({ id: botId, username }),
    readChats: new Set(readChats),
    writeChat: String(results.id),
    captionPattern: defaultCaptionPattern,
    envelope,
    lastJobs,
    telegramMetrics,
  });
  const route = { secret: webhookSecret, takeUpdate, telegramMetrics, log, now };
  const intake = { register: (app: FastifyInstance) => registerTelegramRoute(app, route), checks: {} };
  const app = buildApp({ intakes: [intake], sender, metrics, log, stopping: ended.signal });
  onTestFinished(async () => {
    ended.abort();
    await app.close();
  });
  return {
    app,
    takeUpdate,
    telegramMetrics,
    log,
    sent,
    logged,
    fail: (how) => {
      failing = how;
    },
    post: async (body, headers = { 'x-telegram-bot-api-secret-token': webhookSecret }) =>
      app.inject({
        method: 'POST',
        url: '/api/telegram',
        headers: { 'content-type': 'application/json', ...headers },
        payload: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    textOf: (job) => {
      const { id, what } = job as TalkJob;
      if (!('sealed' in what) || what.sealed === null) throw new Error(`nothing is sealed in ${id}`);
      return openJson(envelope, what.sealed, id, talkTextSchema).text;
    },
    metrics: async () => (await metrics.scrape()).body,
  };
}
