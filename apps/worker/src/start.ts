import type { CalibrationTable } from '@watchpost/shared/calibration-table';
import { toAppError, type AppError } from '@watchpost/shared/errors';
import type { JobReceiver } from '@watchpost/shared/jobs/job-queue';
import { createJobReceiver, type JobReceiverOptions } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobScheduler } from '@watchpost/shared/jobs/bullmq-job-scheduler';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { Env } from '@watchpost/shared/config/parse-env';
import { concurrencyOf } from '@watchpost/shared/jobs/job-kinds';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import { openTracer } from '@watchpost/shared/observability/open-tracer';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { showPresence, type Present } from '@watchpost/shared/documents/presence';
import { retry } from '@watchpost/shared/retry';
import { gallerySettings } from '@watchpost/gallery/config';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createExtractor } from '@watchpost/extract/create-extractor';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import { readCalibration } from '@watchpost/see/models/embedding-model';
import { openCameras } from '@watchpost/cameras/open-cameras';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { createAlerts } from '@watchpost/shared/alerts/alerts';
import { watchWorker } from './alerts/watch-worker.ts';
import { assemble, sendTimeoutMs } from './assemble.ts';
import type { WorkerConfig } from './config.ts';
import { galleryNeed, isGalleryMissing } from './gallery-ready.ts';
import { observeEngine } from './observe-engine.ts';
import { recordLoss } from './record-loss.ts';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import { recordLostRun } from './scheduled/lost-run.ts';
import { runTasks } from './schedule.ts';
import { serveWorkerHealth } from './serve-worker-health.ts';
import { followConsole } from './follow-console.ts';
import { examinationTask } from './examination-task.ts';
import { warnLeftBehind } from './warn-left-behind.ts';

/** How soon a job of a worker that disappeared is found; see JobReceiverOptions. */
export type StallSettings = Pick<JobReceiverOptions, 'lockMs' | 'stallCheckMs'>;

/** `env`: the variables, for the doctor; absent: it does not look. */
export interface StartOptions extends StallSettings {
  env?: Env;
}

/** Starts the worker. Resolves when it takes jobs; `lifecycle` releases what it acquires. */
export async function start(config: WorkerConfig, log: Logger, lifecycle: Lifecycle, { env, ...stall }: StartOptions = {}): Promise<void> {
  const cameras = await openCameras({ file: config.CAMERAS_FILE ?? null, log, signal: lifecycle.stopping });
  lifecycle.onStop('camera settings', () => cameras.close());
  const feeds = await openFeeds({ file: config.FEEDS_FILE ?? null, log, signal: lifecycle.stopping });
  lifecycle.onStop('feeds', () => feeds.close());
  const schedule = await openSchedule({ file: config.SCHEDULE_FILE ?? null, log, signal: lifecycle.stopping });
  lifecycle.onStop('jobs on a schedule', () => schedule.close());

  const metrics = createMetrics();
  const tracer = await openTracer(config, 'worker', { log, lifecycle });
  const parts = await serveWorkerHealth({ config, metrics, log }, lifecycle);

  const [opened, seeing] = await Promise.all([
    openGalleryWithRetries(
      config,
      { log, metrics, onFailure: ({ code }) => void (parts.current = () => code !== 'database-newer') },
      lifecycle.stopping,
    ),
    createFaceEngine(config, log, lifecycle.stopping).then((made) => {
      parts.models = () => true;
      return made;
    }),
  ]);
  const { gallery, records, documents, housekeeping, leftBehind } = opened;
  lifecycle.onStop('gallery', () => gallery.close());
  await followConsole({ documents, cameras, feeds, log }, lifecycle);
  const engine = observeEngine(seeing, metrics);
  opened.start(engine.modelId);
  housekeeping.start();
  lifecycle.onStop('face engine', () => engine.close());
  void warnLeftBehind({ gallery, leftBehind }, engine.modelId, log, lifecycle.stopping);

  const sender = createJobSender(config, { log, metrics, tracer });
  lifecycle.onStop('job sender', () => sender.close());

  const alerts = createAlerts({ documents: () => documents, log }, lifecycle.stopping);
  lifecycle.onStop('alerts', () => alerts.done);
  const jobScheduler = createJobScheduler(config, { log });
  lifecycle.onStop('job scheduler', () => jobScheduler.close());

  const extractor = createExtractor({ ocr: config.RULES_OCR === 'on', log });
  lifecycle.onStop('extractor', () => extractor.close());
  const { handlers, needs, gates, tasks, mailer, losing } = assemble(
    config,
    { opened, engine, cameras, feeds, schedule, sender, jobScheduler, extractor, alerts, log, metrics, tracer },
    lifecycle.stopping,
  );
  lifecycle.onStop('platforms', () => gates.done);
  lifecycle.onStop('mail', async () => mailer?.close());
  const receiver = createJobReceiver(config, handlers, {
    ...stall,
    concurrency: (kind) => concurrencyOf(kind, config),
    log,
    metrics,
    tracer,
    needs: [galleryNeed(gallery, records), ...needs],
    onRepairable: async (error) => gates.suspect(error),
    onFailed: async (job, error) => {
      if (error.code === 'job-worker-lost' && job.kind === 'scheduled')
        await recordLostRun(job, error, { documents, alerts }, lifecycle.aborting);
      else if (error.code === 'job-worker-lost')
        alerts.raise({ topic: `${error.code}-${job.kind}`, text: `${job.kind}: ${error.message}`, code: error.code });
      await recordLoss(job, error, { ...losing, records, sender, sendTimeoutMs, log }, lifecycle.aborting);
    },
  });
  lifecycle.onStop('job receiver', () => receiver.close(lifecycle.aborting));
  const examining = env ? [examinationTask({ env, documents })] : [];
  const running = runTasks([...tasks, ...examining], { documents, log }, lifecycle.stopping);
  lifecycle.onStop('tasks', () => running);
  parts.live = () => receiver.isLive();
  parts.held = () => {
    const held = receiver.held();
    return held && [...held, ...gates.missing()];
  };
  parts.gallery = () => gallery.isReady();
  parts.current = () => !gallery.isOutdated();
  const presence = showPresence({ documents, name: 'worker', look: () => lookAt(receiver) }, lifecycle.stopping);
  lifecycle.onStop('presence', () => presence);
  const watching = watchWorker({ held: () => receiver.held(), isOutdated: () => gallery.isOutdated(), alerts }, lifecycle.stopping);
  lifecycle.onStop('watch', () => watching);
  log.info({ modelId: engine.modelId }, 'worker started');
}

const lookAt = (receiver: JobReceiver): Pick<Present, 'running' | 'held'> => ({ running: receiver.running(), held: receiver.held() });

/** Null: the built-in model's. A custom model that brings none is judged by it, with a warning: its similarities may mean something else. */
async function calibrationOf({ EMBEDDING_MODEL: path }: WorkerConfig, log: Logger): Promise<CalibrationTable | null> {
  if (path === undefined) return null;
  const calibration = await readCalibration(path);
  if (!calibration)
    log.warn({ model: path }, 'the embedding model has no calibration of its own: decisions use that of the built-in model');
  return calibration;
}

/** Jobs wait in the queue while the database starts, and readiness says why. Rejects with errors that another try cannot help. */
async function openGalleryWithRetries(
  config: WorkerConfig,
  { onFailure, ...observed }: { log: Logger; metrics: Metrics; onFailure: (error: AppError) => void },
  signal: AbortSignal,
): Promise<OpenedGallery> {
  const settings = gallerySettings(config, await calibrationOf(config, observed.log));
  return retry(
    () => openGallery(config, { ...observed, settings, process: 'worker' }, signal),
    {
      backoff: { firstMs: 500, maxMs: 10_000 },
      retryIf: isGalleryMissing,
      onRetry: (error, next) => {
        onFailure(toAppError(error));
        observed.log.warn({ err: error, ...next }, 'gallery cannot be opened, retrying');
      },
    },
    signal,
  );
}
