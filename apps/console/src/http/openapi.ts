import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { releaseVersion } from '@watchpost/shared/observability/build-info';
import { z } from 'zod';
import type { ConsoleApp } from '../console-app.ts';

/** Describes the API as its routes are: to be registered before them. */
export function registerOpenApi(app: FastifyInstance): void {
  void app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'watchpost console',
        version: releaseVersion(),
        description:
          'What the pages of the console use. Programs sign in with a token of CONSOLE_TOKENS (Authorization: Bearer). Lists give `{ items, next }`: `next` is the `cursor` of the following page. Refusals are `{ error, message }`, with the codes of docs/errors.md.',
        license: { name: 'MIT' },
      },
      components: {
        securitySchemes: { token: { type: 'http', scheme: 'bearer' }, cookie: { type: 'apiKey', in: 'cookie', name: 'watchpost' } },
      },
      security: [{ token: [] }, { cookie: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

/** The description itself. */
export function registerOpenApiRoute(app: ConsoleApp): void {
  app.get(
    '/api/openapi.json',
    { schema: { summary: 'This description (OpenAPI 3.1)', tags: ['session'], response: { 200: z.record(z.string(), z.unknown()) } } },
    async () => ({ ...app.swagger() }),
  );
}
