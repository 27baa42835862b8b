import { AppError, toAppError, type ErrorCode } from '@watchpost/shared/errors';
import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ConsoleDeps } from '../deps.ts';

/** What every refusal looks like: a code of docs/errors.md, and a sentence for the reader. */
export const errorAnswer = z.object({ error: z.string(), message: z.string() }).meta({ id: 'Error' });

/** Where the kind of a code does not say enough. */
const statuses: Partial<Record<ErrorCode, number>> = {
  'request-malformed': 400,
  'name-invalid': 400,
  'usage-invalid': 400,
  'request-unauthorised': 401,
  'sign-in-refused': 401,
  'request-forbidden': 403,
  'entry-unknown': 404,
  'feed-unknown': 404,
  'file-gone': 404,
  'job-missing': 404,
  'person-not-found': 404,
  'record-missing': 404,
  'route-unknown': 404,
  'rule-not-found': 404,
  'snapshot-unknown': 404,
  'violation-missing': 404,
  'visit-missing': 404,
  'change-refused': 409,
  'document-conflict': 409,
  'name-taken': 409,
  'record-conflict': 409,
  'rule-name-taken': 409,
  'request-too-large': 413,
  'sign-in-limited': 429,
  'request-rate-limited': 429,
  internal: 500,
};

/** A code's HTTP status: what can never succeed is 422, what may later 503. */
export const statusOf = (error: AppError): number => statuses[error.code] ?? (error.retry === 'permanent' ? 422 : 503);

/** Every refusal is `{ error, message }`. What went wrong inside is logged, not sent. */
export function registerErrorHandler(app: FastifyInstance, { log, counted }: Pick<ConsoleDeps, 'log' | 'counted'>): void {
  app.setErrorHandler<FastifyError>(async (thrown, request, reply) => {
    const error = toHttpError(thrown);
    const status = statusOf(error);
    counted.refused(error.code);
    if (status === 500) log.error({ err: thrown, route: request.routeOptions.url ?? null }, 'a request failed');
    if (error.retryAfterMs !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterMs / 1_000)));
    else if (status === 503) reply.header('retry-after', '2');
    const message = status === 500 ? 'Something went wrong in the console; its log says what.' : error.message;
    return sendError(reply, status, status === 500 ? 'internal' : error.code, message);
  });
}

/** For what comes to no route, and for files that are not there. */
export const sendError = (reply: FastifyReply, status: number, error: ErrorCode, message: string): FastifyReply =>
  reply.code(status).type('application/json').header('cache-control', 'no-store').send({ error, message });

function toHttpError(thrown: FastifyError): AppError {
  if (thrown instanceof AppError) return thrown;
  if (hasZodFastifySchemaValidationErrors(thrown)) {
    const faults = thrown.validation.map(
      ({ instancePath, message }) => `${instancePath.replace(/^\//, '').replaceAll('/', '.')}: ${message ?? 'invalid'}`,
    );
    return new AppError('request-malformed', faults.map((fault) => fault.replace(/^: /, '')).join('; '), { cause: thrown });
  }
  const status = thrown.statusCode ?? 500;
  if (status === 413) return new AppError('request-too-large', 'the request is too large', { cause: thrown });
  if (status === 429) return new AppError('request-rate-limited', 'too many requests: please wait a moment', { cause: thrown });
  if (status < 500) return new AppError('request-malformed', 'not a valid request', { cause: thrown });
  return toAppError(thrown);
}
