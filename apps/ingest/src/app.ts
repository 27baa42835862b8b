import type { Metrics } from '@watchpost/shared/observability/metrics';
import { fastify, type FastifyInstance } from 'fastify';
import type { IngestConfig } from './config.ts';
import { registerErrorHandler } from './error-handler.ts';
import { createIngestMetrics } from './metrics.ts';
import { createRecentCaptions } from './platforms/slack/recent-captions.ts';
import { registerSlackEvents, type SlackRouteDeps } from './platforms/slack/route.ts';
import { registerHealth } from './routes/health.ts';
import { registerMetrics } from './routes/metrics.ts';

/** What of the configuration the application needs. */
export type AppConfig = Pick<
  IngestConfig,
  'READ_SLACK_CHANNEL_ID' | 'WRITE_SLACK_CHANNEL_ID' | 'SLACK_SIGNING_SECRET' | 'SLACK_VERIFICATION_TOKEN' | 'CAMERA_CAPTION_PATTERN'
>;

export interface AppDeps extends Pick<SlackRouteDeps, 'sender' | 'identity' | 'log'> {
  config: AppConfig;
  metrics: Metrics;
  /** The process takes no new work. */
  stopping: AbortSignal;
  now?: () => number;
}

/** A client that keeps a connection open and sends nothing, or a body that never ends, is cut off. Milliseconds. */
const timeouts = { connectionTimeout: 20_000, requestTimeout: 10_000, keepAliveTimeout: 65_000 };

/** For the queue's answer to a readiness check. Milliseconds. */
const pingTimeoutMs = 1_000;

/** The application without a socket: everything is registered here, in order. Tests call it through `inject`. */
export function buildApp({ config, sender, identity, metrics, log, stopping, now = Date.now }: AppDeps): FastifyInstance {
  const app = fastify({ logger: false, ...timeouts });
  const counts = createIngestMetrics(metrics, sender);
  registerErrorHandler(app, log);
  // A connection kept alive past its last answer would hold the stop up until the client lets go of it.
  app.addHook('onSend', async (_request, reply) => {
    if (stopping.aborted) reply.header('connection', 'close');
  });
  registerHealth(app, {
    checks: {
      'not-stopping': () => !stopping.aborted,
      'slack-identity': () => identity() !== null,
      queue: async () => {
        await sender.ping(AbortSignal.timeout(pingTimeoutMs));
        return true;
      },
    },
  });
  registerMetrics(app, { metrics, refresh: () => counts.readQueue() });
  registerSlackEvents(app, {
    signingSecrets: config.SLACK_SIGNING_SECRET ?? null,
    verificationToken: config.SLACK_VERIFICATION_TOKEN ?? null,
    readChannels: new Set(config.READ_SLACK_CHANNEL_ID),
    writeChannel: config.WRITE_SLACK_CHANNEL_ID,
    captionPattern: config.CAMERA_CAPTION_PATTERN,
    captions: createRecentCaptions(),
    identity,
    sender,
    metrics: counts,
    log,
    now,
  });
  return app;
}
