import { healthEndpoints, type Health } from '@watchpost/shared/process/health';
import { fastify, type FastifyInstance } from 'fastify';
import { boundConnections, type ConnectionLimits } from './connections.ts';
import { earlyErrors, registerErrorHandler } from './error-handler.ts';
import type { Intake, IntakeDeps } from './platforms/platform.ts';

export interface AppDeps extends Pick<IntakeDeps, 'sender' | 'metrics' | 'log'> {
  intakes: readonly Intake[];
  /** Aborted: the process takes no new work. */
  stopping: AbortSignal;
  limits?: RequestLimits;
}

/** What a client may take. */
export interface RequestLimits extends ConnectionLimits {
  /** For a whole request, from its first byte or, on a new connection, from its opening. Milliseconds. */
  requestMs: number;
}

/** Slack sends an event in one go, within milliseconds; even 100 MB a second hold less than this unfinished. */
const defaultLimits: RequestLimits = { requestMs: 10_000, connections: 1_000, bytes: 67_108_864 };

/** Without traffic in both directions. Milliseconds. */
const connectionTimeoutMs = 20_000;
/** Longer than the 60 s of most proxies, so that they close idle connections and not we. Milliseconds. */
const keepAliveTimeoutMs = 65_000;
/** How often Node looks for requests that take too long; its default is 30 s. Milliseconds. */
const checkEveryMs = 1_000;

/** For the queue's answer to a readiness check. Milliseconds. */
const pingTimeoutMs = 1_000;

/** The application without a socket: everything is registered here, in order. Tests call it with `inject`. */
export function buildApp({ intakes, sender, metrics, log, stopping, limits = defaultLimits }: AppDeps): FastifyInstance {
  const { requestMs } = limits;
  const app = fastify({
    logger: false,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    requestTimeout: requestMs,
    ...earlyErrors,
    maxRequestsPerSocket: 1_000,
    http: {
      requestTimeout: requestMs,
      headersTimeout: requestMs,
      connectionsCheckingInterval: Math.min(checkEveryMs, requestMs),
      maxHeaderSize: 16_384,
    },
  });
  boundConnections(app, limits, { log, metrics, stopping });
  registerErrorHandler(app, log);
  // A connection kept alive after its last response would delay the stop until the client closes it. And the rest of a refused request
  // is not worth waiting for.
  app.addHook('onSend', async (request, reply) => {
    if (stopping.aborted || (reply.statusCode >= 400 && !request.raw.complete)) reply.header('connection', 'close');
  });
  const queue = async (): Promise<boolean> => {
    await sender.ping(AbortSignal.timeout(pingTimeoutMs));
    return true;
  };
  registerHealth(app, {
    live: () => true,
    checks: { queue },
    // While one platform is away, the other one's events still come.
    sides: intakes.flatMap(({ checks }) => (Object.keys(checks).length === 0 ? [] : [checks])),
    stopping,
    scrape: async () => metrics.scrape(),
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
