import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toHttpError } from '../../error-handler.ts';
import { createAuthenticate, type AuthenticateOptions, type ReadBody } from './authenticate.ts';

/** The response to a request of Slack's. */
export interface Answer {
  /** As a metrics label. */
  outcome: string;
  /** Default 200. */
  status?: number;
  /** Text, or JSON. */
  body: string | Record<string, unknown>;
}

/** What Slack sent, proven to be Slack's. */
export interface SignedDelivery {
  body: unknown;
  /** Of `x-slack-retry-reason`; null: the first delivery. */
  retryReason: string | null;
  /** What is left of the time that Slack waits. */
  timeLeftMs: () => number;
}

export interface SignedScope extends AuthenticateOptions {
  contentType: string;
  read: ReadBody;
  /** By path. */
  routes: Record<string, (delivery: SignedDelivery) => Promise<Answer>>;
  /** Observes each request: its outcome, or its error's code. */
  observe: (outcome: string, elapsedMs: number) => void;
  log: Logger;
}

/** Slack waits 3 s for a response. Ours is sent within 2.5 s, and the queue gets this much of it. Milliseconds since the request arrived. */
export const queueDeadlineMs = 2_300;

/**
 * Slack's requests are a few kB. But a message may have 40,000 characters, Slack sends each up to twice (text and blocks), and six bytes
 * long where it is not ASCII: 480 kB. Bytes.
 */
const bodyLimitBytes = 1_048_576;

/** Routes for one content type whose requests are refused unless Slack has sent them. */
export function registerSigned(app: FastifyInstance, { contentType, read, routes, observe, ...options }: SignedScope): void {
  const authenticate = createAuthenticate(options);
  app.register((scope, _options, done) => {
    // The signature covers the raw bytes, so nothing may parse them first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(contentType, { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, parsed) =>
      parsed(null, body),
    );
    // Measured from the headers on, to include a slow body.
    const arrivals = new WeakMap<FastifyRequest, number>();
    const elapsedMs = (request: FastifyRequest): number => performance.now() - (arrivals.get(request) ?? performance.now());
    scope.addHook('onRequest', async (request) => {
      arrivals.set(request, performance.now());
      authenticate.headers(request);
    });
    scope.addHook('onError', async (request, reply, thrown) => {
      const { code, retry } = toHttpError(thrown);
      observe(code, elapsedMs(request));
      // What is wrong with the request itself stays wrong. A wrong clock or secret is put right, so Slack may try those again.
      if (retry === 'permanent' && code !== 'request-unauthorised') reply.header('x-slack-no-retry', '1');
    });
    for (const [path, take] of Object.entries(routes)) {
      scope.post(path, { bodyLimit: bodyLimitBytes }, async (request, reply) => {
        const body = authenticate.body(request, read);
        const reason = request.headers['x-slack-retry-reason'];
        const retryReason = typeof reason === 'string' ? reason : null;
        const answer = await take({ body, retryReason, timeLeftMs: () => Math.max(1, queueDeadlineMs - elapsedMs(request)) });
        observe(answer.outcome, elapsedMs(request));
        void reply.code(answer.status ?? 200);
        return typeof answer.body === 'string' ? reply.type('text/plain; charset=utf-8').send(answer.body) : reply.send(answer.body);
      });
    }
    done();
  });
}
