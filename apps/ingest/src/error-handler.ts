import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { AppError, type ErrorCode } from '@watchpost/shared/errors';
import type { ConnectionError, FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createLogRarely } from './log-rarely.ts';

const statuses: Partial<Record<ErrorCode, number>> = {
  'request-malformed': 400,
  'quote-invalid': 400,
  'request-unauthorised': 401,
  'quote-unknown': 404,
  'route-unknown': 404,
  'request-too-large': 413,
  'request-unsupported': 415,
  'job-refused': 422,
  'request-rate-limited': 429,
  'gallery-unavailable': 503,
  'queue-unavailable': 503,
  'slack-identity-unknown': 503,
  'telegram-identity-unknown': 503,
};

/** Fastify's own error codes as ours. */
const fromFastify: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'request-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'request-unsupported',
  FST_ERR_CTP_EMPTY_TYPE: 'request-unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request-malformed',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request-malformed',
};

/** Errors that are logged where they are thrown, with what is known only there. */
const loggedAlready = new Set<ErrorCode>(['request-unauthorised', 'request-rate-limited', 'job-refused']);

/** Errors of Node's HTTP parser as ours; any other is `request-malformed`. */
const fromParser: Record<string, { status: number; code: ErrorCode; message: string }> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'request-timeout', message: 'the request was not complete in time' },
  HPE_HEADER_OVERFLOW: { status: 431, code: 'request-too-large', message: 'the headers are too large' },
};

/** The same form for requests that come to no route: an invalid URL, and what is no complete HTTP request. */
export const earlyErrors = {
  frameworkErrors: (_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void => {
    void reply.code(400).send({ error: { code: 'request-malformed', message: 'not a valid request' } });
  },
  clientErrorHandler: (error: ConnectionError, socket: Socket): void => {
    const { status, code, message } = fromParser[error.code] ?? { status: 400, code: 'request-malformed', message: 'not a valid request' };
    if (socket.writable && error.code !== 'ECONNRESET') {
      const body = JSON.stringify({ error: { code, message } });
      const head = [`HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`, 'content-type: application/json; charset=utf-8'];
      socket.write([...head, `content-length: ${String(body.length)}`, 'connection: close', '', body].join('\r\n'));
    }
    socket.destroy();
  },
};

/** Every error response is `{"error":{"code","message"}}`. The cause of an internal error is logged, not sent. */
export function registerErrorHandler(app: FastifyInstance, log: Logger): void {
  const rarely = createLogRarely(Date.now);
  app.setErrorHandler<FastifyError>(async (thrown, _request, reply) => {
    const error = toHttpError(thrown);
    const status = statuses[error.code] ?? 500;
    if (status === 500) log.error({ err: thrown }, 'request failed');
    else if (status > 500) log.warn({ err: error }, 'request failed temporarily, the sender should retry');
    else if (!loggedAlready.has(error.code)) rarely(error.code, (times) => log.info({ code: error.code, times }, 'request refused'));
    if (error.retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
    const message = status >= 500 ? 'temporarily unavailable, please try again' : error.message;
    return reply.code(status).send({ error: { code: status === 500 ? 'internal' : error.code, message } });
  });
  app.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: { code: 'route-unknown', message: 'not found' } }));
}

/** What went wrong with a request, whoever noticed: Fastify or we. */
export function toHttpError(thrown: FastifyError | AppError): AppError {
  if (thrown instanceof AppError) return thrown;
  const known = fromFastify[thrown.code] ?? (thrown.statusCode === 400 ? 'request-malformed' : 'internal');
  return new AppError(known, known === 'internal' ? thrown.message : 'not a valid request', { cause: thrown });
}
