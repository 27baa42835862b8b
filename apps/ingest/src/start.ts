import { createSlackCalls } from '@watchpost/slack/calls';
import { AppError } from '@watchpost/shared/errors';
import { createJobSender } from '@watchpost/shared/jobs/bullmq-job-sender';
import type { Lifecycle } from '@watchpost/shared/lifecycle';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Logger } from '@watchpost/shared/observability/logger';
import { buildApp } from './app.ts';
import type { IngestConfig } from './config.ts';
import { findIdentity } from './platforms/slack/identity.ts';

/** auth.test answers within a fraction of a second or not at all. Milliseconds. */
const slackTimeoutMs = 5_000;

/**
 * Brings ingest up: queue, identity, HTTP. Comes up also while the queue or Slack is away; readiness tells. Resolves with the
 * port that it listens on. What it acquired is released by `lifecycle`, the socket first.
 */
export async function start(config: IngestConfig, log: Logger, lifecycle: Lifecycle): Promise<{ port: number }> {
  const metrics = createMetrics();
  const sender = createJobSender(config, { log, metrics });
  lifecycle.onStop('queue', () => sender.close());

  const call = createSlackCalls({ token: config.SLACK_API_TOKEN, apiUrl: config.SLACK_API_URL, timeoutMs: slackTimeoutMs });
  const quest = findIdentity(call, log, lifecycle.stopping);
  lifecycle.onStop('identity', () => quest.done);

  if (config.SLACK_APP_TOKEN) log.warn('SLACK_APP_TOKEN is set, but Socket Mode is not built in yet: events are taken over HTTP');

  const app = buildApp({ config, sender, identity: () => quest.current(), metrics, log, stopping: lifecycle.stopping });
  lifecycle.onStop('http', async () => {
    // Requests in work are answered; who holds a connection beyond the grace period loses it.
    const cut = (): void => app.server.closeAllConnections();
    lifecycle.aborting.addEventListener('abort', cut, { once: true });
    await app.close();
  });
  try {
    await app.listen({ port: config.PORT, host: config.HOST });
  } catch (error) {
    const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw taken ? new AppError('port-in-use', `port ${config.PORT} is taken (PORT)`, { cause: error }) : error;
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.PORT;
  log.info({ port, host: config.HOST }, 'listening for events');
  return { port };
}
