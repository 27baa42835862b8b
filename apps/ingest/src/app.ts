import { healthEndpoints, type Health } from '@watchpost/shared/process/health';
import { fastify, type FastifyInstance } from 'fastify';
import { registerErrorHandler } from './error-handler.ts';
import type { Intake, IntakeDeps } from './platforms/platform.ts';

export interface AppDeps extends Omit<IntakeDeps, 'now'> {
  intakes: readonly Intake[];
  /** Aborted: the process takes no new work. */
  stopping: AbortSignal;
}

/** Cuts off clients that keep a connection open and send nothing, or a body that never ends. Milliseconds. */
const timeouts = { connectionTimeout: 20_000, requestTimeout: 10_000, keepAliveTimeout: 65_000 };

/** For the queue's answer to a readiness check. Milliseconds. */
const pingTimeoutMs = 1_000;

/** The application without a socket: everything is registered here, in order. Tests call it with `inject`. */
export function buildApp({ intakes, sender, ingestMetrics, metrics, log, stopping }: AppDeps): FastifyInstance {
  const app = fastify({ logger: false, ...timeouts });
  registerErrorHandler(app, log);
  // A connection kept alive after its last response would delay the stop until the client closes it.
  app.addHook('onSend', async (_request, reply) => {
    if (stopping.aborted) reply.header('connection', 'close');
  });
  const queue = async (): Promise<boolean> => {
    await sender.ping(AbortSignal.timeout(pingTimeoutMs));
    return true;
  };
  registerHealth(app, {
    live: () => true,
    checks: { ...Object.fromEntries(intakes.flatMap(({ checks }) => Object.entries(checks))), queue },
    stopping,
    scrape: async () => {
      await ingestMetrics.readQueue();
      return metrics.scrape();
    },
  });
  for (const { register } of intakes) register(app);
  return app;
}

function registerHealth(app: FastifyInstance, health: Health): void {
  for (const [path, answer] of healthEndpoints) {
    app.get(path, async (_request, reply) => {
      const { status, contentType, body } = await answer(health);
      return reply.code(status).type(contentType).header('cache-control', 'no-store').send(body);
    });
  }
}
