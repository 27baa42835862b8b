import { AppError } from '@watchpost/shared/errors';
import { jobId } from '@watchpost/shared/jobs/job-kinds';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { toHttpError } from '../../error-handler.ts';
import { createLogRarely, type LogRarely } from '../../log-rarely.ts';
import type { IntakeDeps } from '../platform.ts';
import { parseDelivery, type Delivery } from './2-parse.ts';
import { isOwnPost, toJobs, type SlackIdentity } from './3-to-jobs.ts';
import { createAuthenticate } from './authenticate.ts';
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

/**
 * Slack's events are a few kB. But a message may have 40,000 characters, Slack sends each up to twice (text and blocks), and six bytes
 * long where it is not ASCII: 480 kB. Bytes.
 */
const bodyLimitBytes = 1_048_576;

/** The response to a request. */
interface Answer {
  /** As a metrics label. */
  outcome: string;
  text: string;
}

const ignored = (reason: string): Answer => ({ outcome: `ignored-${reason}`, text: '' });

/** What the route's parts share. */
interface Context extends SlackRouteDeps {
  rarely: LogRarely;
}

/** `POST /api/events`: verifies that Slack sent the request, makes a job for each picture, and responds with 200 once the queue has them all. */
export function registerSlackEvents(app: FastifyInstance, deps: SlackRouteDeps): void {
  const authenticate = createAuthenticate(deps);
  const context: Context = { ...deps, rarely: createLogRarely(deps.now) };
  app.register((scope, _options, done) => {
    // The signature covers the raw bytes, so nothing may parse them first.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'buffer', bodyLimit: bodyLimitBytes }, (_request, body, parsed) =>
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
      deps.ingestMetrics.request(code, elapsedMs(request));
      // What is wrong with the request itself stays wrong. A wrong clock or secret is put right, so Slack may try those again.
      if (retry === 'permanent' && code !== 'request-unauthorised') reply.header('x-slack-no-retry', '1');
    });
    scope.post('/api/events', { bodyLimit: bodyLimitBytes }, async (request, reply) => {
      const delivery = parseDelivery(authenticate.body(request));
      const reason = request.headers['x-slack-retry-reason'];
      if (typeof reason === 'string') deps.countRedelivery(reason);
      const { outcome, text } = await takeDelivery(delivery, context, () => Math.max(1, queueDeadlineMs - elapsedMs(request)));
      deps.ingestMetrics.request(outcome, elapsedMs(request));
      return reply.type('text/plain; charset=utf-8').send(text);
    });
    done();
  });
}

async function takeDelivery(delivery: Delivery, context: Context, timeLeftMs: () => number): Promise<Answer> {
  const { log, rarely } = context;
  if (delivery.kind === 'handshake') return { outcome: 'handshake', text: delivery.challenge };
  if (delivery.kind === 'message') return takeMessage(delivery, context, timeLeftMs);
  if (delivery.kind === 'rate-limited') {
    // More than 30,000 events in an hour: Slack has dropped some and will not deliver them again.
    log.warn({ minute: delivery.minute }, 'Slack drops events: too many in this hour');
    return { outcome: 'rate-limited', text: '' };
  }
  if (delivery.reason === 'malformed') rarely('message', (times) => log.warn({ times }, 'message event without a valid channel or ts'));
  return ignored(delivery.reason);
}

async function takeMessage(
  { message, ourAppId }: Extract<Delivery, { kind: 'message' }>,
  context: Context,
  timeLeftMs: () => number,
): Promise<Answer> {
  const { readChannels, writeChannel, captions, captionPattern, identity, ingestMetrics, log, rarely } = context;
  const { channel, messageId, files, malformedFiles } = message;
  if (!readChannels.has(channel)) return ignored('other-channel');
  if (isOwnPost(message, writeChannel, identity(), ourAppId)) {
    for (const _ of files) ingestMetrics.file('own');
    log.debug({ channel, messageId, files: files.length, author: message.author }, 'our own post in the results channel: ignored');
    return ignored('own-post');
  }
  const captioned = cameraNameOf(message.text, captionPattern);
  if (files.length + malformedFiles === 0) {
    if (captioned) captions.remember(message, captioned);
    return ignored('no-files');
  }
  // We post to the write channel only. Until we know who we are, a picture there may be our own, and taking it would start a
  // loop; after a 503 Slack sends it again. In other channels nothing is ours, so nothing has to wait.
  if (channel === writeChannel && identity() === null) {
    throw new AppError('slack-identity-unknown', 'the Slack identity is not known yet');
  }
  const { jobs, skipped } = toJobs(message, captioned ?? captions.cameraFor(message), identity(), ourAppId);
  for (const reason of skipped) ingestMetrics.file(reason);
  if (malformedFiles > 0) {
    rarely('file', (times) => log.warn({ channel, messageId, malformedFiles, times }, 'a file without a usable id was left out'));
  }
  await sendAll(jobs, context, timeLeftMs);
  log.info({ channel, messageId, queued: jobs.length, skipped: skipped.length }, 'message accepted');
  return { outcome: jobs.length > 0 ? 'queued' : 'ignored-no-images', text: '' };
}

/** Queues every job that the queue takes, before it rejects for the others: with an error that passes if there is one, else `job-refused`. */
async function sendAll(jobs: readonly SnapshotJob[], { sender, ingestMetrics, log }: Context, timeLeftMs: () => number): Promise<void> {
  const sent = await Promise.allSettled(jobs.map(async (job) => sender.send(job, { timeoutMs: timeLeftMs() })));
  const failures: unknown[] = sent.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
  // Slack sends the whole message again: it is counted then.
  const passing = failures.find((error) => !isRefused(error));
  if (passing !== undefined) throw passing;
  for (const [index, job] of jobs.entries()) {
    const result = sent[index];
    ingestMetrics.file(result?.status === 'rejected' ? 'refused' : 'queued');
    if (result?.status !== 'rejected') continue;
    log.error({ err: result.reason, job: jobId(job.kind, job) }, 'the queue will never take this job: its picture is lost');
  }
  if (failures.length > 0) throw failures[0];
}

const isRefused = (error: unknown): boolean => error instanceof AppError && error.code === 'job-refused';
