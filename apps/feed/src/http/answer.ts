import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Body } from './bodies.ts';
import { isNotModified, lastModified } from './conditional.ts';
import { vary } from './cors.ts';
import { encodingFor } from './negotiate.ts';

/** A cache may serve this for a second, and for two more while it asks again: what was deleted is gone after three. */
export const feedCaching = 'public, max-age=1, s-maxage=1, stale-while-revalidate=2';

/** What never changes under its address. */
export const unchanging = 'public, max-age=31536000, immutable';

/** Sends a body, or 304 to whoever has it. */
export async function answerWith(
  request: FastifyRequest,
  reply: FastifyReply,
  { body, caching = feedCaching }: { body: Body; caching?: string },
): Promise<FastifyReply> {
  vary(reply, 'Accept-Encoding');
  reply.header('etag', body.etag);
  reply.header('last-modified', lastModified(body));
  reply.header('cache-control', caching);
  if (isNotModified(request.headers, body)) return reply.code(304).send();
  const encoding = encodingFor(request.headers['accept-encoding']);
  const bytes = await body.bytes(encoding);
  if (encoding !== 'identity' && bytes !== (await body.bytes('identity'))) reply.header('content-encoding', encoding);
  return reply.type(body.contentType).header('x-content-type-options', 'nosniff').send(bytes);
}
