import type { CalibrationTable } from '@watchpost/shared/calibration-table';
import { toAppError, type AppError } from '@watchpost/shared/errors';
import { createJobReceiver, type JobReceiverOptions } from '@watchpost/shared/jobs/bullmq-job-receiver';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { concurrencyOf } from '@watchpost/shared/jobs/job-kinds';
import type { JobBacklog, JobSender } from '@watchpost/shared/jobs/job-queue';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics, type Metrics } from '@watchpost/shared/observability/metrics';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { retry } from '@watchpost/shared/retry';
import { gallerySettings } from '@watchpost/gallery/config';
import { openGallery, type OpenedGallery } from '@watchpost/gallery/open-gallery';
import { createExtractor } from '@watchpost/extract/create-extractor';
import { createFaceEngine } from '@watchpost/see/create-face-engine';
import type { Extractor } from '@watchpost/extract/extract';
import type { Extent, FaceEngine } from '@watchpost/see/face-engine';
import { readCalibration } from '@watchpost/see/models/embedding-model';
import type { Cameras } from '@watchpost/cameras/camera-settings';
import { openCameras } from '@watchpost/cameras/open-cameras';
import type { Feeds } from '@watchpost/feeds/feed';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { messageKeysOf } from '@watchpost/rules/config';
import { createAlerts, type Alerts } from '@watchpost/shared/alerts/alerts';
import { createTurns } from '@watchpost/visits/turns';
import { createAlerting } from './alerting.ts';
import { watchWorker } from './alerts/watch-worker.ts';
import type { WorkerConfig } from './config.ts';
import { galleryNeed, isGalleryMissing } from './gallery-ready.ts';
import { createHandlers } from './handlers.ts';
import { createKeptFiles } from './kept-files.ts';
import { createOutcomeCounter } from './outcome-counter.ts';
import { createPlatformGates } from './platform-gates.ts';
import { connectPlatforms, platformTokens } from './platforms.ts';
import { recordLoss } from './record-loss.ts';
import { createModerating, sayWhatIsPossible } from './moderating.ts';
import { createPublishing } from './publishing.ts';
import { runTasks } from './schedule.ts';
import { serveWorkerHealth } from './serve-worker-health.ts';
import { createFreshness } from './snapshot/freshness.ts';
import { createStepTimer } from './step-timer.ts';
import { createTalking, talkTasks } from './talking.ts';
import { createVisiting } from './visiting.ts';
import { warnLeftBehind } from './warn-left-behind.ts';

const sendTimeoutMs = 5_000;
const dayMs = 86_400_000;

/** How soon a job of a worker that disappeared is found; see JobReceiverOptions. */
export type StallSettings = Pick<JobReceiverOptions, 'lockMs' | 'stallCheckMs'>;

/** Starts the worker. Resolves when it takes jobs; `lifecycle` releases what it acquires. */
export async function start(config: WorkerConfig, log: Logger, lifecycle: Lifecycle, stall: StallSettings = {}): Promise<void> {
  const cameras = await openCameras({ file: config.CAMERAS_FILE ?? null, log, signal: lifecycle.stopping });
  lifecycle.onStop('camera settings', () => cameras.close());
  const feeds = await openFeeds({ file: config.FEEDS_FILE ?? null, log, signal: lifecycle.stopping });
  lifecycle.onStop('feeds', () => feeds.close());

  const metrics = createMetrics();
  const parts = await serveWorkerHealth({ config, metrics, log }, lifecycle);

  const [opened, engine] = await Promise.all([
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
  opened.start();
  housekeeping.start();
  lifecycle.onStop('face engine', () => engine.close());
  void warnLeftBehind({ gallery, leftBehind }, engine.modelId, log, lifecycle.stopping);

  const sender = createJobSender(config, { log, metrics });
  lifecycle.onStop('job sender', () => sender.close());

  const alerts = createAlerts({ documents: () => documents, log }, lifecycle.stopping);
  lifecycle.onStop('alerts', () => alerts.done);

  const extractor = createExtractor({ ocr: config.RULES_OCR === 'on', log });
  lifecycle.onStop('extractor', () => extractor.close());
  const { handlers, needs, gates, tasks, mailer, ...losing } = assemble(
    config,
    { opened, engine, cameras, feeds, sender, extractor, alerts, log, metrics },
    lifecycle.stopping,
  );
  lifecycle.onStop('platforms', () => gates.done);
  lifecycle.onStop('mail', async () => mailer?.close());
  const receiver = createJobReceiver(config, handlers, {
    ...stall,
    concurrency: (kind) => concurrencyOf(kind, config),
    log,
    metrics,
    needs: [galleryNeed(gallery, records), ...needs],
    onRepairable: async (error) => gates.suspect(error),
    onFailed: async (job, error) => {
      if (error.code === 'job-worker-lost')
        alerts.raise({ topic: `${error.code}-${job.kind}`, text: `${job.kind}: ${error.message}`, code: error.code });
      await recordLoss(job, error, { ...losing, records, sender, sendTimeoutMs, log }, lifecycle.aborting);
    },
  });
  lifecycle.onStop('job receiver', () => receiver.close(lifecycle.aborting));
  const running = runTasks(tasks, { documents, log }, lifecycle.stopping);
  lifecycle.onStop('tasks', () => running);
  parts.live = () => receiver.isLive();
  parts.held = () => {
    const held = receiver.held();
    return held && [...held, ...gates.missing()];
  };
  parts.gallery = () => gallery.isReady();
  parts.current = () => !gallery.isOutdated();
  const watching = watchWorker({ held: () => receiver.held(), isOutdated: () => gallery.isOutdated(), alerts }, lifecycle.stopping);
  lifecycle.onStop('watch', () => watching);
  log.info({ modelId: engine.modelId }, 'worker started');
}

interface Parts {
  opened: OpenedGallery;
  engine: FaceEngine;
  cameras: Cameras;
  feeds: Feeds;
  sender: JobSender & JobBacklog;
  extractor: Extractor;
  alerts: Alerts;
  log: Logger;
  metrics: Metrics;
}

/** The jobs' handlers and the tasks, with all that they work with. */
function assemble(config: WorkerConfig, parts: Parts, stopping: AbortSignal) {
  const { opened, engine, cameras, feeds, sender, extractor, alerts, log, metrics } = parts;
  const talking = createTalking(config, opened.documents);
  const turns = createTurns(opened.documents);
  const { connected, needs, ...platforms } = connectPlatforms(config, { turns, access: talking.access, log });
  const gates = createPlatformGates({ platforms: needs.length > 0 ? [] : connected, alerts, log }, stopping);
  const platformFor = gates.guard(platforms.platformFor);
  const common = { ...opened, cameras, feeds, platforms: connected, sender, sendTimeoutMs, log, metrics };
  const keepMs = config.SIGHTINGS_KEEP_DAYS * dayMs;
  const visiting = createVisiting({ ...common, keepMs, freshnessMs: config.FRESHNESS_MS });
  const messageKeys = messageKeysOf(config, platformTokens(config));
  const moderating = createModerating(
    { ...common, messageKeys, quarantineKeys: config.QUARANTINE_KEY, keepMs: config.RULES_KEEP_DAYS * dayMs },
    stopping,
  );
  const alerting = createAlerting({ ...common, ...moderating, ...talking, mail: config, alerts });
  void sayWhatIsPossible(moderating, connected, log, stopping);
  const files = createKeptFiles({ maxBytes: config.KEEP_FILES_BYTES, keepMs: config.KEEP_FILES_MS });
  const limits = { maxBytes: config.MAX_FILE_BYTES, maxPixels: config.MAX_PIXELS };
  const publishing = createPublishing({ ...common, ...visiting, ...moderating, ...limits, files, platformFor, keepMs });
  const count = createOutcomeCounter(metrics);
  const handlers = createHandlers({
    ...opened,
    ...visiting,
    ...moderating,
    ...publishing,
    ...alerting,
    ...limits,
    alerts,
    ...talking,
    extractor,
    platformFor,
    cameras,
    count,
    freshness: createFreshness({ budgetMs: config.FRESHNESS_MS, backlog: sender }),
    engine,
    lookedAt: countLooks(metrics),
    sender,
    log,
    timed: createStepTimer(metrics),
    files,
    compareWith: config.SAME_FRAME_LOOKBACK,
    compareWithinMs: config.SAME_FRAME_WINDOW_MS,
    sendTimeoutMs,
  });
  const { violations, ruleCounts, ruleTasks } = moderating;
  const talkers = talkTasks({ ...talking, documents: opened.documents, platforms: connected, sender, sendTimeoutMs, log });
  const tasks = [...visiting.tasks, ...ruleTasks, ...publishing.feedTasks, ...alerting.alertTasks, ...talkers];
  return { handlers, needs, gates, tasks, mailer: alerting.mailer, count, violations, ruleCounts };
}

function countLooks(metrics: Metrics): (extent: Extent) => void {
  const looks = metrics.counter('frames_looked_at_total', 'Frames, by how much of them was looked at', ['extent']);
  return (extent) => looks.inc({ extent });
}

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
    () => openGallery(config, { ...observed, settings }, signal),
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
