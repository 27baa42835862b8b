import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { Logger } from '@watchpost/shared/observability/logger';
import { healthEndpoints, type Check } from '@watchpost/shared/process/health';
import { limitConnections } from '@watchpost/shared/process/limit-connections';
import { fastify, type FastifyInstance } from 'fastify';
import { createBodies } from './http/bodies.ts';
import { registerCors } from './http/cors.ts';
import { earlyErrors, registerErrorHandler } from './http/errors.ts';
import { registerEvents, type EventsDeps } from './http/events-route.ts';
import { registerFeedRoutes } from './http/feed-routes.ts';
import type { PictureCache } from './http/picture-cache.ts';
import { registerPictures } from './http/picture-routes.ts';
import type { FeedMetrics } from './metrics.ts';
import { registerPage } from './page/register-page.ts';

export interface AppDeps extends Omit<EventsDeps, 'onFull'> {
  pictures: PictureCache;
  checks: Readonly<Record<string, Check>>;
  feedMetrics: FeedMetrics;
  /** What the gauges say now. */
  gauges: () => Parameters<FeedMetrics['set']>[0];
  metrics: Metrics;
  log: Logger;
  now: () => number;
}

/** A request has nothing but its headers. Milliseconds. */
const requestMs = 10_000;
/** Without traffic in both directions; readers who follow a feed are excepted. Milliseconds. */
const connectionTimeoutMs = 20_000;
/** Longer than the 60 s of most proxies, so that they close idle connections and not we. Milliseconds. */
const keepAliveTimeoutMs = 65_000;
/** Connections beside those of readers who follow a feed. */
const otherConnections = 5_000;
/** Readers who do not close their end are cut off after that. Milliseconds. */
const closeMs = 1_000;

/** The application without a socket: everything is registered here, in order. Tests call it with `inject`. */
export function buildApp({ pictures, checks, feedMetrics, gauges, metrics, log, now, ...events }: AppDeps): FastifyInstance {
  const { lives, readers, stopping, mostReaders } = events;
  const app = fastify({
    logger: false,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    requestTimeout: requestMs,
    bodyLimit: 1_024,
    // Long names of kept pictures, and cursors.
    routerOptions: { maxParamLength: 300 },
    forceCloseConnections: 'idle',
    ...earlyErrors,
    http: { requestTimeout: requestMs, headersTimeout: requestMs, connectionsCheckingInterval: 1_000, maxHeaderSize: 16_384 },
  });
  limitConnections(app.server, mostReaders + otherConnections);
  registerErrorHandler(app, log);
  app.addHook('onSend', async (request, reply) => {
    if (stopping.aborted || (reply.statusCode >= 400 && !request.raw.complete)) reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (_request, reply) => feedMetrics.request(reply.statusCode));
  app.addHook('preClose', async () => {
    readers.close();
    setTimeout(() => app.server.closeAllConnections(), closeMs).unref();
  });
  const health = {
    live: () => true,
    checks,
    stopping,
    scrape: async () => {
      feedMetrics.set(gauges());
      return metrics.scrape();
    },
  };
  for (const [path, answer] of healthEndpoints) {
    app.get(path, async (_request, reply) => {
      const { status, contentType, body } = await answer(health);
      return reply.code(status).type(contentType).header('cache-control', 'no-store').send(body);
    });
  }
  registerCors(app, () => lives.site());
  const bodies = createBodies(now);
  const pages = registerPage(app, { feeds: lives, bodies, stopping, now });
  registerFeedRoutes(app, { lives, bodies, pages, stopping, now });
  registerEvents(app, { ...events, onFull: () => feedMetrics.full() });
  registerPictures(app, { lives, pictures, now, stopping });
  return app;
}
