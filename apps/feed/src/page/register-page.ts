import { AppError } from '@watchpost/shared/errors';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { answerWith, unchanging } from '../http/answer.ts';
import { readAssets } from './assets.ts';
import { renderFeedList } from './feed-list.ts';
import { createFeedPages, type FeedPagesDeps, html } from './feed-pages.ts';
import { commonHeaders, noticePolicy } from './headers.ts';

/** What other routes use of the pages. */
export interface Pages {
  /** Whether a client would rather have a page than data. */
  wants(request: FastifyRequest): boolean;
  /** The list of all feeds as a page. */
  sendList(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

/** Serves `/feeds/SLUG/page` and `/feeds/SLUG/embed`, and the script and style of both. */
export function registerPage(app: FastifyInstance, deps: Omit<FeedPagesDeps, 'assets'> & { now: () => number }): Pages {
  const { feeds, bodies, now } = deps;
  const reading = readAssets();
  // When this process began to serve them.
  const changedAtMs = now();
  void app.register(async (scope) => {
    const assets = await reading;
    const pages = createFeedPages({ ...deps, assets });
    for (const form of ['page', 'embed'] as const) {
      scope.get<{ Params: { slug: string }; Querystring: Record<string, unknown> }>(`/feeds/:slug/${form}`, async (request, reply) =>
        pages.send(form, request, reply),
      );
    }
    scope.get<{ Params: { version: string; name: string } }>('/feeds/assets/:version(^[0-9a-f]{12}$)/:name', async (request, reply) => {
      const { version, name } = request.params;
      const asset = assets.get(name);
      if (!asset) throw new AppError('route-unknown', 'not found');
      reply.headers(commonHeaders);
      const body = await bodies.get(`asset ${name}`, { version: 0, changedAtMs }, async () => asset);
      // While a new release is rolled out, a page may come from another process than its files.
      return answerWith(request, reply, { body, caching: version === assets.version ? unchanging : 'no-store' });
    });
  });
  return {
    wants: ({ headers }) => (headers.accept ?? '').includes('text/html'),
    sendList: async (request, reply) => {
      const { path } = await reading;
      const text = renderFeedList(feeds.all(), `feeds/${path}`);
      reply.headers({ ...commonHeaders, 'content-security-policy': noticePolicy });
      const body = await bodies.get(`list ${text}`, { version: 0, changedAtMs: now() }, async () => ({ text, contentType: html }));
      return answerWith(request, reply, { body });
    },
  };
}
