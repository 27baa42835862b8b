import { DelayedError, UnrecoverableError, WaitingError, type Job as BullJob } from 'bullmq';
import { toAppError, type AppError } from '../errors.ts';
import { redactSecrets, type Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import { raceAbort, throwIfAborted } from '../wait.ts';
import { parseJob, type JobKind } from './job-kinds.ts';
import { outcomeOf } from './job-outcome.ts';
import type { JobHandler } from './job-queue.ts';

/** How an attempt ended, as a metrics label. `ended`: failed permanently. */
export type AttemptOutcome = 'done' | 'ended' | 'retried' | 'exhausted' | 'delayed' | 'given-up';

export interface AttemptMetrics {
  finished(kind: JobKind, outcome: AttemptOutcome, elapsedMs: number): void;
  waited(kind: JobKind, waitedMs: number): void;
}

export function createAttemptMetrics(metrics: Metrics | undefined): AttemptMetrics {
  const attempts = metrics?.histogram(
    'job_seconds',
    'Duration of one attempt of a job',
    ['kind', 'outcome'],
    [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  );
  const waits = metrics?.histogram(
    'job_wait_seconds',
    'Time from queueing a job to its first attempt',
    ['kind'],
    [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600],
  );
  return {
    finished: (kind, outcome, elapsedMs) => attempts?.observe({ kind, outcome }, elapsedMs / 1_000),
    waited: (kind, waitedMs) => waits?.observe({ kind }, waitedMs / 1_000),
  };
}

export interface ProcessorParts<K extends JobKind> {
  kind: K;
  handler: JobHandler<K>;
  log: Logger;
  metrics: AttemptMetrics;
}

/** The part of a BullMQ job that an attempt needs. */
type QueuedJob = Pick<
  BullJob<unknown, void>,
  'id' | 'data' | 'attemptsMade' | 'attemptsStarted' | 'timestamp' | 'opts' | 'moveToDelayed' | 'moveToWait'
>;

/**
 * One attempt of one job: parses the payload, calls the handler, and translates its error into what BullMQ should do next.
 * Only this file and the receiver know both our errors and BullMQ's.
 */
export function createProcessor<K extends JobKind>({ kind, handler, log, metrics }: ProcessorParts<K>) {
  return async (queued: QueuedJob, token: string | undefined, signal: AbortSignal): Promise<void> => {
    const attempt = queued.attemptsMade + 1;
    const lastAttempt = attempt >= (queued.opts.attempts ?? 1);
    const startedAtMs = Date.now();
    if (queued.attemptsStarted <= 1) metrics.waited(kind, Math.max(0, startedAtMs - queued.timestamp));
    const finish = (outcome: AttemptOutcome): void => metrics.finished(kind, outcome, Date.now() - startedAtMs);
    try {
      throwIfAborted(signal);
      await raceAbort(handler(parseJob(kind, queued.data), { attempt, lastAttempt }, signal), signal);
      finish('done');
    } catch (thrown) {
      const failure: FailedAttempt = {
        error: toAppError(thrown),
        lastAttempt,
        ageMs: startedAtMs - queued.timestamp,
        log: log.child({ kind, jobId: queued.id, attempt }),
      };
      const [outcome, bullError] = signal.aborted ? await giveUp(queued, token, failure) : await settle(queued, token, failure);
      finish(outcome);
      throw bullError;
    }
  };
}

interface FailedAttempt {
  error: AppError;
  lastAttempt: boolean;
  ageMs: number;
  log: Logger;
}

/** The outcome for the metrics, and the error that BullMQ understands. */
type Settlement = [AttemptOutcome, Error];

/** Back to the head of the queue for another worker. If that fails too, the job's lock expires and it is found stalled. */
async function giveUp(queued: QueuedJob, token: string | undefined, { log }: FailedAttempt): Promise<Settlement> {
  await queued.moveToWait(token).catch((error: unknown) => log.warn({ err: error }, 'could not put the job back'));
  return ['given-up', new WaitingError()];
}

async function settle(
  queued: QueuedJob,
  token: string | undefined,
  { error, lastAttempt, ageMs, log }: FailedAttempt,
): Promise<Settlement> {
  const outcome = outcomeOf(error, ageMs);
  if (outcome.action === 'delay') {
    log.info({ code: error.code, delayMs: outcome.delayMs }, 'job postponed');
    await queued.moveToDelayed(Date.now() + outcome.delayMs, token);
    return ['delayed', new DelayedError()];
  }
  if (outcome.action === 'fail') {
    log.warn({ err: error }, 'job failed permanently');
    return ['ended', new UnrecoverableError(storedMessage(error))];
  }
  log[lastAttempt ? 'error' : 'warn']({ err: error }, lastAttempt ? 'job failed, no attempts left' : 'job failed, will retry');
  return [lastAttempt ? 'exhausted' : 'retried', new Error(storedMessage(error))];
}

/** The queue keeps message and stack in clear text, so only our own message goes there, not a client library's. */
const storedMessage = (error: AppError): string => `${error.code}: ${redactSecrets(error.message)}`.slice(0, 500);
