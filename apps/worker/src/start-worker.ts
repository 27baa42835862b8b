import { pause } from '@watchpost/shared/wait';
import { allowHosts } from '@watchpost/slack/file-hosts';
import { createSlackCalls } from '@watchpost/slack/calls';
import { createSlackPlatform } from '@watchpost/slack/platform';
import { toAppError } from '@watchpost/shared/errors';
import { gallerySettings } from '@watchpost/gallery/settings';
import { openGallery } from '@watchpost/gallery/open-gallery';
import { createJobReceiver } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { Lifecycle } from '@watchpost/shared/lifecycle';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { WorkerConfig } from './config.ts';
import { createHandlers } from './handlers.ts';
import { startHealthServer } from './health.ts';
import { recordFailure } from './record-failure.ts';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { createStepTimer } from './step-timer.ts';

const slackTimeoutMs = 15_000;
const sendTimeoutMs = 5_000;

/** Builds the worker from its configuration and registers the release of each part. Resolves when it takes jobs. */
export async function startWorker(config: WorkerConfig, log: Logger, lifecycle: Lifecycle): Promise<void> {
  const metrics = createMetrics();
  const parts: { notReady: () => string | null; live: () => boolean } = { notReady: () => 'starting', live: () => true };
  const checks = { live: () => parts.live(), notReadyBecause: () => (lifecycle.stopping.aborted ? 'stopping' : parts.notReady()) };
  const health = await startHealthServer(config.WORKER_PORT, checks, metrics);
  lifecycle.onStop('health endpoint', () => health.close());
  log.info({ port: health.port }, 'health endpoint listens');

  const [{ gallery, records, start, housekeeping }, engine] = await Promise.all([
    untilReached(
      () => openGallery(config, { log, metrics, settings: gallerySettings(config) }, lifecycle.stopping),
      log,
      lifecycle.stopping,
    ),
    createFaceEngine(config, log),
  ]);
  lifecycle.onStop('gallery', () => gallery.close());
  start();
  housekeeping.start();
  lifecycle.onStop('face engine', () => engine.close());

  const sender = createJobSender(config, { log, metrics });
  lifecycle.onStop('job sender', () => sender.close());

  const token = config.SLACK_API_TOKEN;
  const handlers = createHandlers({
    chat: createSlackPlatform({
      call: createSlackCalls({ token, apiUrl: config.SLACK_API_URL, timeoutMs: slackTimeoutMs }),
      token,
      allows: allowHosts(config.SLACK_FILE_HOSTS),
    }),
    engine,
    gallery,
    records,
    sender,
    log,
    timed: createStepTimer(metrics),
    maxBytes: config.MAX_FILE_BYTES,
    maxPixels: config.MAX_PIXELS,
    compareWith: config.SAME_FRAME_LOOKBACK,
    compareWithinMs: config.SAME_FRAME_WINDOW_MS,
    writeChannel: `slack:${config.WRITE_SLACK_CHANNEL_ID}`,
    sendTimeoutMs,
  });
  const receiver = createJobReceiver(config, handlers, {
    concurrency: { snapshot: config.WORKER_CONCURRENCY, result: 1 },
    log,
    metrics,
    // A job that took its workers down with it, again and again: no handler lives to write that down.
    onLost: (job, error) => recordFailure(job.snapshotId, error, { records, log }, lifecycle.aborting),
  });
  lifecycle.onStop('job receiver', () => receiver.close(lifecycle.aborting));
  parts.live = () => receiver.running();
  parts.notReady = () => (gallery.isReady() ? null : 'the gallery is still loading');
  log.info({ modelId: engine.modelId }, 'worker started');
}

/** A database that is still starting is no reason to give up: jobs wait in the queue, and readiness says why. */
async function untilReached<T>(open: () => Promise<T>, log: Logger, signal: AbortSignal): Promise<T> {
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, 10_000)) {
    try {
      return await open();
    } catch (thrown) {
      const error = toAppError(thrown);
      if (error.code !== 'gallery-unavailable' || signal.aborted) throw error;
      log.warn({ err: error, waitMs }, 'gallery not reached, trying again');
    }
    await pause(waitMs, signal);
  }
}
