import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { toHttpError } from '../../error-handler.ts';
import { createLogRarely } from '../../log-rarely.ts';
import { refusalOf, secretHeader, type Refusal } from './1-verify.ts';
import type { TakeUpdate } from './take-update.ts';
import type { TelegramMetrics } from './telegram-metrics.ts';

export interface TelegramRouteDeps {
  secret: string;
  takeUpdate: TakeUpdate;
  telegramMetrics: TelegramMetrics;
  log: Logger;
  now: () => number;
}

export const webhookPath = '/api/telegram';

/** Real ones have some tens of kB at most: a message, and the one that it answers. Bytes. */
const bodyLimitBytes = 2_097_152;
/** Of the queue, from the headers on: Telegram waits for a minute, but delivers nothing else of this chat meanwhile. Milliseconds. */
const deadlineMs = 5_000;
/** When Telegram is to come again while the queue is away: a click is good for two and a half minutes. Seconds. */
const retryAfterS = 5;

const advice: Record<Refusal, string> = {
  'header-missing': 'a request without a secret was refused: it does not come from Telegram, or a proxy has dropped its header',
  'secret-wrong': 'a request was refused because its secret is wrong: compare TELEGRAM_WEBHOOK_SECRET with the secret_token of setWebhook',
};

/**
 * `POST /api/telegram`. Answers 200 once the queue has what follows from an update, or nothing ever will: until then Telegram would hold back
 * all that follows in this chat, for up to a day. 503 while it is worth to come again.
 */
export function registerTelegramRoute(app: FastifyInstance, deps: TelegramRouteDeps): void {
  const { secret, takeUpdate, telegramMetrics, log, now } = deps;
  const rarely = createLogRarely(now);
  const arrivals = new WeakMap<FastifyRequest, number>();
  const elapsedMs = (request: FastifyRequest): number => performance.now() - (arrivals.get(request) ?? performance.now());

  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, parsed) => parsed(null, body));
    scope.addHook('onRequest', async (request) => {
      arrivals.set(request, performance.now());
      const refusal = refusalOf(request.headers[secretHeader], secret);
      if (!refusal) return;
      rarely(refusal, (times) => log.warn({ reason: refusal, times }, advice[refusal]));
      throw new AppError('request-unauthorised', 'no valid secret');
    });
    scope.addHook('onResponse', async (request, reply) => telegramMetrics.answered(reply.statusCode, elapsedMs(request)));
    scope.addHook('onSend', async (_request, reply) => {
      if (reply.statusCode >= 500) reply.header('retry-after', String(retryAfterS));
    });
    scope.setErrorHandler(async (thrown: FastifyError, _request, reply) => {
      if (toHttpError(thrown).code !== 'request-too-large') throw thrown;
      // It came from Telegram, and will not be shorter the next time. The rest of it is not worth waiting for.
      telegramMetrics.update('malformed', 'too-large');
      rarely('too-large', (times) => log.warn({ times }, 'an update is too large: it was left out'));
      return reply.code(200).header('connection', 'close').send({});
    });
    scope.post(webhookPath, { bodyLimit: bodyLimitBytes }, async (request, reply) => {
      const timeLeftMs = (): number => Math.max(1, deadlineMs - elapsedMs(request));
      const { click } = await takeUpdate(parseJson(request.body), timeLeftMs);
      // What stands in this answer is done by Telegram: nothing of what somebody wrote may come into it.
      if (!click) return reply.send({});
      return reply.send({ method: 'answerCallbackQuery', callback_query_id: click.id, ...(click.text !== null && { text: click.text }) });
    });
    done();
  });
}

/** Undefined for what is no JSON. */
function parseJson(body: unknown): unknown {
  try {
    const update: unknown = JSON.parse(Buffer.isBuffer(body) ? body.toString('utf8') : '');
    return update;
  } catch {
    return undefined;
  }
}
