import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const statuses: Partial<Record<ErrorCode, number>> = {
  'request-malformed': 400,
  'feed-unknown': 404,
  'route-unknown': 404,
  'request-too-large': 413,
  'feed-not-ready': 503,
  'gallery-unavailable': 503,
  aborted: 503,
};

/** Until a client may ask again, seconds. */
const retryAfter = '2';

/** The same form for what comes to no route. */
export const earlyErrors = {
  frameworkErrors: (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    void reply.code(400).send({ error: { code: 'request-malformed', message: 'not a valid request' } });
  },
};

/** Every error response is `{"error":{"code","message"}}`, and is in no cache. The cause of an internal error is logged, not sent. */
export function registerErrorHandler(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler<FastifyError>(async (thrown, _request, reply) => {
    const error = toHttpError(thrown);
    const status = statuses[error.code] ?? 500;
    if (status === 500) log.error({ err: thrown }, 'request failed');
    for (const name of ['etag', 'last-modified', 'content-encoding']) reply.removeHeader(name);
    if (status === 503) reply.header('retry-after', retryAfter);
    const code = status === 500 ? 'internal' : error.code;
    const message = status >= 500 ? 'not available at the moment, please try again' : error.message;
    return reply.code(status).type('application/json').header('cache-control', 'no-store').send({ error: { code, message } });
  });
  app.setNotFoundHandler(async (_request, reply) =>
    reply
      .code(404)
      .header('cache-control', 'no-store')
      .send({ error: { code: 'route-unknown', message: 'not found' } }),
  );
}

function toHttpError(thrown: FastifyError | AppError): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = thrown.statusCode ?? 500;
  if (status === 413) return new AppError('request-too-large', 'the request is too large', { cause: thrown });
  return new AppError(status < 500 ? 'request-malformed' : 'internal', status < 500 ? 'not a valid request' : thrown.message, {
    cause: thrown,
  });
}
