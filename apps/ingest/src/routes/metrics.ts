import type { Metrics } from '@watchpost/shared/observability/metrics';
import type { FastifyInstance } from 'fastify';

/** `GET /metrics` for Prometheus. `refresh` reads what is known only by asking. */
export function registerMetrics(app: FastifyInstance, { metrics, refresh }: { metrics: Metrics; refresh: () => Promise<void> }): void {
  app.get('/metrics', async (_request, reply) => {
    await refresh();
    const { contentType, body } = await metrics.scrape();
    return reply.type(contentType).send(body);
  });
}
