import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { Metrics } from '@watchpost/shared/observability/metrics';
import { healthEndpoints, type Check } from '@watchpost/shared/process/health';
import { fastify } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { registerApi } from './api/register-api.ts';
import type { ConsoleApp } from './console-app.ts';
import type { ConsoleDeps } from './deps.ts';

export interface AppDeps extends ConsoleDeps {
  checks: Readonly<Record<string, Check>>;
  metrics: Metrics;
}

/** The built pages. */
const pages = fileURLToPath(new URL('../public/', import.meta.url));

/** The application without a socket: everything is registered here, in order. Tests call it with `inject`. */
export function buildApp({ checks, metrics, ...deps }: AppDeps): ConsoleApp {
  const app = fastify({ logger: false, forceCloseConnections: true }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.decorateRequest('user', null);
  const health = { live: () => true, checks, stopping: deps.stopping, scrape: async () => metrics.scrape() };
  for (const [path, answer] of healthEndpoints) {
    app.get(path, async (_request, reply) => {
      const { status, contentType, body } = await answer(health);
      return reply.code(status).type(contentType).header('cache-control', 'no-store').send(body);
    });
  }
  registerApi(app, deps);
  if (existsSync(pages)) void app.register(fastifyStatic, { root: pages, wildcard: false });
  app.setNotFoundHandler(async (request, reply) => {
    if (request.method !== 'GET' || request.url.startsWith('/api/')) return reply.code(404).send({ error: 'not-found' });
    return reply.sendFile('index.html');
  });
  return app;
}
