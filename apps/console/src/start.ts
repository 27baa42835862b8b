import { openCameras } from '@watchpost/cameras/open-cameras';
import { followStoredSettings } from '@watchpost/cameras/stored/follow-stored';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { followClosings } from '@watchpost/feeds/store/closings';
import { messageKeysOf } from '@watchpost/rules/config';
import { openSchedule } from '@watchpost/schedule/open-schedule';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import { openJobAdmin } from '@watchpost/shared/jobs/bullmq-job-admin';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { JobAdmin } from '@watchpost/shared/jobs/job-admin';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { openTracer } from '@watchpost/shared/observability/open-tracer';
import { listenError } from '@watchpost/shared/process/listen-error';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { raceAbort } from '@watchpost/shared/wait';
import { buildApp } from './app.ts';
import type { ConsoleConfig } from './config.ts';
import { openInBackground } from './database.ts';
import { createLive } from './live/hub.ts';
import { followChanges } from './live/sources.ts';
import { connectPlatforms, platformTokens } from './platforms.ts';

/**
 * Starts the console: queue, database, HTTP. It starts even while these are unreachable; readiness says so. `lifecycle` releases what it
 * acquires, the socket first.
 */
export async function start(config: ConsoleConfig, log: Logger, lifecycle: Lifecycle): Promise<void> {
  const { stopping } = lifecycle;
  const metrics = createMetrics();
  const tracer = await openTracer(config, 'console', { log, lifecycle });
  const sender = createJobSender(config, { log, metrics, tracer });
  lifecycle.onStop('queue', () => sender.close());
  const cameras = await openCameras({ file: config.CAMERAS_FILE ?? null, log, signal: stopping });
  lifecycle.onStop('cameras', () => cameras.close());
  const feeds = await openFeeds({ file: config.FEEDS_FILE ?? null, log, signal: stopping });
  lifecycle.onStop('feeds', () => feeds.close());
  const schedule = await openSchedule({ file: config.SCHEDULE_FILE ?? null, log, signal: stopping });
  lifecycle.onStop('jobs on a schedule', () => schedule.close());
  const database = openInBackground(config, log, stopping);
  lifecycle.onStop('database', () => database.done);
  const documents = async (signal: AbortSignal) => (await database.opened(signal)).documents;
  const settings = followStoredSettings({ documents, take: (overrides) => cameras.layOver(overrides), log }, stopping);
  lifecycle.onStop('camera settings of the console', () => settings);
  const closing = followClosings({ documents, take: (closed) => feeds.closeByHand(closed), log }, stopping);
  lifecycle.onStop('closed feeds', () => closing.done);
  const jobAdmin = openOnce(config, lifecycle);
  const platformFor = connectPlatforms(config, {
    turns: { take: async () => undefined, hold: async () => undefined },
    access: { roleOf: async () => null },
    log,
  });

  const live = createLive();
  const following = followChanges({ database, jobAdmin, live, log }, stopping);
  lifecycle.onStop('changes', () => following);

  const app = buildApp({
    live,
    config,
    database,
    jobAdmin,
    sender,
    cameras,
    feeds,
    schedule,
    envelope: envelopeOf(config),
    platformFor,
    log,
    stopping,
    metrics,
    now: Date.now,
    checks: {
      database: () =>
        database.isOpen() &&
        (!database.parts().followed.isNewer() || 'a newer release of watchpost keeps the database: update this process'),
    },
  });
  lifecycle.onStop('http', async () => {
    const cut = (): void => app.server.closeAllConnections();
    lifecycle.aborting.addEventListener('abort', cut, { once: true });
    await app.close();
  });
  try {
    await app.listen({ port: config.CONSOLE_PORT, host: config.HOST });
  } catch (error) {
    throw listenError(error, config.CONSOLE_PORT, 'CONSOLE_PORT', config.HOST);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.CONSOLE_PORT;
  log.info({ port, host: config.HOST }, 'listening for operators');
}

/** Opens the view of the queue when it is first asked for, and again after it failed. */
function openOnce(config: ConsoleConfig, lifecycle: Lifecycle): (signal: AbortSignal) => Promise<JobAdmin> {
  let opening: Promise<JobAdmin> | null = null;
  lifecycle.onStop('jobs', async () => {
    const admin = await opening?.catch(() => null);
    await admin?.close();
  });
  return async (signal) => {
    opening ??= openJobAdmin(config, lifecycle.stopping);
    opening.catch(() => {
      opening = null;
    });
    return raceAbort(opening, signal);
  };
}

/** What waits for approval is sealed with the key of messages in jobs. */
function envelopeOf(config: ConsoleConfig): Envelope | null {
  const tokens = platformTokens(config);
  return config.MESSAGE_KEY || tokens.length > 0 ? createEnvelope(messageKeysOf(config, tokens), 'jobs') : null;
}
