import { AppError } from '@watchpost/shared/errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IntakeDeps } from '../platform.ts';
import { hasValidSignature, isSameSecret } from './1-verify.ts';
import { parseDelivery, tokenOf, type Delivery } from './2-parse.ts';
import { isOwnPost, toJobs, type SlackIdentity } from './3-to-jobs.ts';
import { cameraNameOf } from './camera-name.ts';
import type { RecentCaptions } from './recent-captions.ts';

export interface SlackRouteDeps extends Omit<IntakeDeps, 'metrics'> {
  /** Null: only the verification token is set. */
  signingSecrets: readonly string[] | null;
  verificationToken: string | null;
  readChannels: ReadonlySet<string>;
  writeChannel: string;
  captionPattern: RegExp;
  captions: RecentCaptions;
  countRedelivery: (reason: string) => void;
  identity: () => SlackIdentity | null;
}

/** Slack waits 3 s for a response. Ours is sent within 2.5 s, and the queue gets this much of it. Milliseconds since the request arrived. */
const queueDeadlineMs = 2_300;

/** Slack's events are a few kB. Bytes. */
const bodyLimitBytes = 1_048_576;

/** The response to a request. */
interface Answer {
  /** As a metrics label. */
  outcome: string;
  text: string;
}

const ignored = (reason: string): Answer => ({ outcome: `ignored-${reason}`, text: '' });

/** `POST /api/events`: verifies that Slack sent the request, makes a job for each picture, and responds with 200 once the queue has them all. */
export function registerSlackEvents(app: FastifyInstance, deps: SlackRouteDeps): void {
  app.register((scope, _options, done) => {
    // The signature covers the raw bytes, so nothing may parse them first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, parsed) =>
      parsed(null, body),
    );
    // Measured from the headers on, to include a slow body.
    const arrivals = new WeakMap<FastifyRequest, number>();
    scope.addHook('onRequest', async (request) => void arrivals.set(request, performance.now()));
    scope.post('/api/events', { bodyLimit: bodyLimitBytes }, async (request, reply) => {
      const arrivedMs = arrivals.get(request) ?? performance.now();
      const elapsedMs = (): number => performance.now() - arrivedMs;
      try {
        const { outcome, text } = await takeDelivery(request, deps, () => Math.max(1, queueDeadlineMs - elapsedMs()));
        deps.ingestMetrics.request(outcome, elapsedMs());
        return await reply.type('text/plain; charset=utf-8').send(text);
      } catch (error) {
        deps.ingestMetrics.request(error instanceof AppError ? error.code : 'internal', elapsedMs());
        throw error;
      }
    });
    done();
  });
}

async function takeDelivery(request: FastifyRequest, deps: SlackRouteDeps, timeLeftMs: () => number): Promise<Answer> {
  const delivery = parseDelivery(authenticate(request, deps));
  const reason = request.headers['x-slack-retry-reason'];
  if (typeof reason === 'string') deps.countRedelivery(reason);
  if (delivery.kind === 'handshake') return { outcome: 'handshake', text: delivery.challenge };
  if (delivery.kind === 'message') return takeMessage(delivery, deps, timeLeftMs);
  if (delivery.kind === 'rate-limited') {
    // More than 30,000 events in an hour: Slack has dropped some and will not deliver them again.
    deps.log.warn({ minute: delivery.minute }, 'Slack drops events: too many in this hour');
    return { outcome: 'rate-limited', text: '' };
  }
  if (delivery.reason === 'malformed') deps.log.warn('message event without a valid channel or ts');
  return ignored(delivery.reason);
}

/** The request's JSON, if Slack sent it. A signature is verified before anything is parsed. */
function authenticate(request: FastifyRequest, { signingSecrets, verificationToken, now }: SlackRouteDeps): unknown {
  const rawBody = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const header = (name: string): string | undefined => {
    const value = request.headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const refused = new AppError('request-unauthorised', 'no valid signature or token');
  if (signingSecrets) {
    const signed = { timestamp: header('x-slack-request-timestamp'), signature: header('x-slack-signature'), rawBody };
    if (!hasValidSignature(signed, signingSecrets, now())) throw refused;
    return parseJson(rawBody);
  }
  const body = parseJson(rawBody);
  const token = tokenOf(body);
  if (!verificationToken || token === null || !isSameSecret(token, verificationToken)) throw refused;
  return body;
}

function parseJson(rawBody: Buffer): unknown {
  try {
    const body: unknown = JSON.parse(rawBody.toString('utf8'));
    return body;
  } catch {
    // Without the cause: the parser's message quotes the body.
    throw new AppError('request-malformed', 'the body is not JSON');
  }
}

async function takeMessage(
  { message, ourAppId }: Extract<Delivery, { kind: 'message' }>,
  deps: SlackRouteDeps,
  timeLeftMs: () => number,
): Promise<Answer> {
  const { readChannels, writeChannel, captions, captionPattern, identity, sender, ingestMetrics, log } = deps;
  if (!readChannels.has(message.channel)) return ignored('other-channel');
  if (isOwnPost(message, identity(), ourAppId)) return ignored('own-post');
  const captioned = cameraNameOf(message.text, captionPattern);
  if (message.files.length + message.malformedFiles === 0) {
    if (captioned) captions.remember(message, captioned);
    return ignored('no-files');
  }
  // We post to the write channel only. Until we know who we are, a picture there may be our own, and taking it would start a
  // loop; after a 503 Slack sends it again. In other channels nothing is ours, so nothing has to wait.
  if (message.channel === writeChannel && identity() === null) {
    throw new AppError('slack-identity-unknown', 'the Slack identity is not known yet');
  }
  const { jobs, skipped } = toJobs(message, captioned ?? captions.cameraFor(message), identity());
  for (const reason of skipped) ingestMetrics.file(reason);
  await Promise.all(jobs.map(async (job) => sender.send(job, { timeoutMs: timeLeftMs() })));
  for (const _ of jobs) ingestMetrics.file('queued');
  log.info({ channel: message.channel, messageId: message.messageId, queued: jobs.length, skipped: skipped.length }, 'message accepted');
  return { outcome: jobs.length > 0 ? 'queued' : 'ignored-no-images', text: '' };
}
