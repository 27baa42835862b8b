import { DelayedError, UnrecoverableError, WaitingError, type Job as BullJob } from 'bullmq';
import type { Logger } from '../observability/logger.ts';
import { raceAbort, throwIfAborted } from '../wait.ts';
import { AppError, toAppError } from '../errors.ts';
import { redactSecrets } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { outcomeOf } from './job-outcome.ts';
import type { JobHandlers } from './job-queue.ts';
import { jobSchema, type Job, type JobKind } from './jobs.ts';

/** What the metrics call the end of one try. */
export type TryOutcome = 'done' | 'ended' | 'retried' | 'exhausted' | 'delayed' | 'given-up';

export interface TryMetrics {
  finished(kind: JobKind, outcome: TryOutcome, elapsedMs: number): void;
  waited(kind: JobKind, waitedMs: number): void;
}

export function createTryMetrics(metrics: Metrics | undefined): TryMetrics {
  const tries = metrics?.histogram(
    'job_seconds',
    'Time of one try of a job',
    ['kind', 'outcome'],
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  );
  const waits = metrics?.histogram(
    'job_wait_seconds',
    'Time from queueing a job to its first try',
    ['kind'],
    [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600],
  );
  return {
    finished: (kind, outcome, elapsedMs) => tries?.observe({ kind, outcome }, elapsedMs / 1_000),
    waited: (kind, waitedMs) => waits?.observe({ kind }, waitedMs / 1_000),
  };
}

export interface ProcessorParts {
  kind: JobKind;
  handlers: JobHandlers;
  log: Logger;
  metrics: TryMetrics;
}

/** The functions of a BullMQ job that a try needs. */
type Delivery = Pick<
  BullJob<unknown, void>,
  'id' | 'data' | 'attemptsMade' | 'attemptsStarted' | 'timestamp' | 'opts' | 'moveToDelayed' | 'moveToWait'
>;

/**
 * One try of one job: payload parsed, handler called, its error translated into what BullMQ shall do next.
 * This and the worker beside it are the only places that know both our errors and BullMQ's.
 */
export function createProcessor({ kind, handlers, log, metrics }: ProcessorParts) {
  return async (delivery: Delivery, token: string | undefined, signal: AbortSignal): Promise<void> => {
    const attempt = delivery.attemptsMade + 1;
    const lastAttempt = attempt >= (delivery.opts.attempts ?? 1);
    const startedAtMs = Date.now();
    if (delivery.attemptsStarted <= 1) metrics.waited(kind, Math.max(0, startedAtMs - delivery.timestamp));
    const finish = (outcome: TryOutcome): void => metrics.finished(kind, outcome, Date.now() - startedAtMs);
    try {
      throwIfAborted(signal);
      await raceAbort(handle(handlers, parsePayload(kind, delivery.data), { attempt, lastAttempt }, signal), signal);
      finish('done');
    } catch (thrown) {
      const error = toAppError(thrown);
      const tried: FailedTry = {
        error,
        lastAttempt,
        ageMs: startedAtMs - delivery.timestamp,
        log: log.child({ kind, jobId: delivery.id, attempt }),
      };
      const [outcome, verdict] = signal.aborted ? await giveUp(delivery, token, tried) : await judge(delivery, token, tried);
      finish(outcome);
      throw verdict;
    }
  };
}

interface FailedTry {
  error: AppError;
  lastAttempt: boolean;
  ageMs: number;
  log: Logger;
}

/** What happened, for the metrics, and the error by which BullMQ understands it. */
type Verdict = [TryOutcome, Error];

/** Back to the head of the line for another worker. When even that fails the job's lock runs out and it is found stalled. */
async function giveUp(delivery: Delivery, token: string | undefined, { log }: FailedTry): Promise<Verdict> {
  await delivery.moveToWait(token).catch((error: unknown) => log.warn({ err: error }, 'job could not be put back'));
  return ['given-up', new WaitingError()];
}

async function judge(delivery: Delivery, token: string | undefined, { error, lastAttempt, ageMs, log }: FailedTry): Promise<Verdict> {
  const outcome = outcomeOf(error, ageMs);
  if (outcome.action === 'delay') {
    log.info({ code: error.code, delayMs: outcome.delayMs }, 'job postponed');
    await delivery.moveToDelayed(Date.now() + outcome.delayMs, token);
    return ['delayed', new DelayedError()];
  }
  if (outcome.action === 'end') {
    log.warn({ err: error }, 'job ended: trying again cannot help');
    return ['ended', new UnrecoverableError(storedMessage(error))];
  }
  log[lastAttempt ? 'error' : 'warn']({ err: error }, lastAttempt ? 'job failed for the last time' : 'job failed, trying again');
  return [lastAttempt ? 'exhausted' : 'retried', new Error(storedMessage(error))];
}

/** Message and stack are kept in the queue as clear text: ours only, not what a client library put into its own. */
const storedMessage = (error: AppError): string => `${error.code}: ${redactSecrets(error.message)}`.slice(0, 500);

/** What came out of the queue may be another version's, or put there by hand. */
function parsePayload(kind: JobKind, data: unknown): Job {
  const parsed = jobSchema.safeParse(data);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'payload'} (${code})`);
    throw new AppError('job-invalid', `not a job that this version knows: ${fields.join(', ')}`);
  }
  if (parsed.data.kind !== kind) throw new AppError('job-invalid', `a ${parsed.data.kind} job in the queue of ${kind} jobs`);
  return parsed.data;
}

async function handle(
  handlers: JobHandlers,
  job: Job,
  context: { attempt: number; lastAttempt: boolean },
  signal: AbortSignal,
): Promise<void> {
  switch (job.kind) {
    case 'snapshot':
      return handlers.snapshot(job, context, signal);
    case 'result':
      return handlers.result(job, context, signal);
  }
}
