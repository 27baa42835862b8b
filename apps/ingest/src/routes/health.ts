import type { FastifyInstance } from 'fastify';

export interface HealthDeps {
  /** What readiness waits for, by name; resolves to true when it is there. Asked at each request. */
  checks: Record<string, () => Promise<boolean> | boolean>;
}

/** `GET /health/live`: the process answers. `GET /health/ready`: it can take events; else 503 and what it waits for. */
export function registerHealth(app: FastifyInstance, { checks }: HealthDeps): void {
  app.get('/health/live', async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'live' }));
  app.get('/health/ready', async (_request, reply) => {
    const results = await Promise.all(
      Object.entries(checks).map(async ([name, check]) => ({ name, ok: await Promise.resolve(check()).catch(() => false) })),
    );
    const waitingFor = results.filter(({ ok }) => !ok).map(({ name }) => name);
    const ready = waitingFor.length === 0;
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send(ready ? { status: 'ready' } : { status: 'not ready', waitingFor });
  });
}
