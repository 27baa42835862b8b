import { openCameras } from '@watchpost/cameras/open-cameras';
import { followStoredSettings } from '@watchpost/cameras/stored/follow-stored';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { followClosings } from '@watchpost/feeds/store/closings';
import { createAlerts } from '@watchpost/shared/alerts/alerts';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import { messageKeysOf } from '@watchpost/rules/config';
import { tokensOf } from '@watchpost/shared/chat/platforms-missing';
import { listenError } from '@watchpost/shared/process/listen-error';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { createCallObserver } from '@watchpost/shared/observability/observe-calls';
import { openTracer } from '@watchpost/shared/observability/open-tracer';
import type { Logger } from '@watchpost/shared/observability/logger';
import { buildApp } from './app.ts';
import type { IngestConfig } from './config.ts';
import { startFiles } from './files/files.ts';
import { createIngestMetrics } from './metrics.ts';
import { openInBackground } from './database.ts';
import { startPublishing } from './feeds/publishing.ts';
import { lookUpKnown } from './known.ts';
import { createRanks } from './order/ranks.ts';
import { platforms } from './platforms/platforms.ts';
import { watchChecks } from './watch-checks.ts';
import { startQuotes } from './quotes/quotes.ts';
import { startWatching } from './watching.ts';

/**
 * Starts ingest: queue, platforms, HTTP. It starts even while the queue or a platform is unreachable; readiness says so.
 * `lifecycle` releases what it acquires, the socket first.
 */
export async function start(config: IngestConfig, log: Logger, lifecycle: Lifecycle): Promise<void> {
  const metrics = createMetrics();
  const tracer = await openTracer(config, 'ingest', { log, lifecycle });
  const observe = createCallObserver(metrics, tracer);
  const sender = createJobSender(config, { log, metrics, tracer, connectionsEach: 3 });
  lifecycle.onStop('queue', () => sender.close());

  const ingestMetrics = createIngestMetrics(metrics, sender, sender);
  const ranks = createRanks(sender, lifecycle.stopping);
  lifecycle.onStop('ranks', () => ranks.done);
  const cameras = await openCameras({ file: config.CAMERAS_FILE ?? null, log, signal: lifecycle.stopping });
  const feeds = await openFeeds({ file: config.FEEDS_FILE ?? null, log, signal: lifecycle.stopping });
  const database = openInBackground(config, log, lifecycle.stopping);
  lifecycle.onStop('database', () => database.done);
  const documents = async (signal: AbortSignal) => (await database.opened(signal)).documents;
  const following = followStoredSettings({ documents, take: (overrides) => cameras.layOver(overrides), log }, lifecycle.stopping);
  lifecycle.onStop('camera settings of the console', () => following);
  const watching = startWatching(database, log, lifecycle.stopping);
  lifecycle.onStop('rules', () => watching.done);
  const closing = followClosings({ documents, take: (closed) => feeds.closeByHand(closed), log }, lifecycle.stopping);
  lifecycle.onStop('closed feeds', () => closing.done);
  const publishing = startPublishing({ feeds, closings: closing.known, database, log, now: Date.now }, lifecycle.stopping);
  lifecycle.onStop('feeds', () => publishing.done);

  const known = lookUpKnown(database);
  const messageKeys = messageKeysOf(config, tokensOf(platforms, config));
  const told = { metrics, tracer, observe, log };
  const deps = { sender, ingestMetrics, ranks, cameras, known, watching, publishing, database, messageKeys, ...told, now: Date.now };
  const intakes = platforms.flatMap((platform) => platform.start(config, deps, lifecycle.stopping) ?? []);
  const others = [startQuotes(config, { database, log }), startFiles({ database, messageKeys, log })].filter((each) => each !== null);
  const alerts = createAlerts({ documents: () => database.current()?.documents ?? null, log }, lifecycle.stopping);
  lifecycle.onStop('alerts', () => alerts.done);
  const watched = watchChecks({ intakes, alerts }, lifecycle.stopping);
  lifecycle.onStop('checks', () => watched);
  lifecycle.onStop('platforms', async () => void (await Promise.all(intakes.map(({ done }) => done))));

  const app = buildApp({ intakes: [...intakes, ...others], ...deps, stopping: lifecycle.stopping });
  lifecycle.onStop('http', async () => {
    // Requests in progress are answered. Connections that are open after the grace period are closed.
    const cut = (): void => app.server.closeAllConnections();
    lifecycle.aborting.addEventListener('abort', cut, { once: true });
    await app.close();
  });
  try {
    await app.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    throw listenError(error, config.PORT, 'PORT', config.HOST);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.PORT;
  log.info({ port, host: config.HOST }, 'listening for events');
}
