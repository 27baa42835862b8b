import type { FeedSite } from '@watchpost/feeds/feed';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** How long browsers remember the answer to a preflight request, seconds. */
const preflightSeconds = 600;

/** Lets the pages of the origins that are listed read; `*`: all. Answers preflight requests of every path. */
export function registerCors(app: FastifyInstance, site: () => FeedSite): void {
  app.addHook('onRequest', async (request, reply) => {
    const { corsOrigins } = site();
    if (corsOrigins.length === 0) return;
    const { origin } = request.headers;
    const isForAll = corsOrigins.includes('*');
    if (!isForAll) vary(reply, 'Origin');
    if (!isForAll && (origin === undefined || !corsOrigins.includes(origin))) return;
    reply.header('access-control-allow-origin', isForAll ? '*' : origin);
    reply.header('access-control-expose-headers', 'ETag, Last-Modified');
  });
  app.options('/*', async (_request, reply) => {
    vary(reply, 'Access-Control-Request-Method, Access-Control-Request-Headers');
    if (reply.hasHeader('access-control-allow-origin')) {
      reply.header('access-control-allow-methods', 'GET, HEAD');
      reply.header('access-control-allow-headers', 'Last-Event-ID, If-None-Match, If-Modified-Since, Cache-Control');
      reply.header('access-control-max-age', String(preflightSeconds));
    }
    return reply.code(204).header('allow', 'GET, HEAD, OPTIONS').header('cache-control', 'no-store').send();
  });
}

/** Adds to what the answer depends on. */
export function vary(reply: FastifyReply, names: string): void {
  const known = reply.getHeader('vary');
  reply.header('vary', typeof known === 'string' ? `${known}, ${names}` : names);
}
