import { setMaxListeners } from 'node:events';
import { DelayedError, UnrecoverableError, WaitingError, type Job as BullJob } from 'bullmq';
import { toAppError, type AppError, type ErrorCode } from '../errors.ts';
import { redactSecrets, type Logger } from '../observability/logger.ts';
import type { Metrics } from '../observability/metrics.ts';
import type { Span, Tracer } from '../observability/tracing.ts';
import { raceAbort, throwIfAborted } from '../wait.ts';
import type { PutBack } from './bullmq-backend.ts';
import { eraseEnded } from './erase-ended.ts';
import type { JobHold } from './job-hold.ts';
import { jobKinds, messagingOf, parseJob, type JobKind, type JobOf } from './job-kinds.ts';
import { outcomeOf, type JobOutcome } from './job-outcome.ts';
import type { JobHandler } from './job-queue.ts';

/** How an attempt ended, as a metrics label. `ended`: failed permanently. `held`: put back until something is repaired. */
export type AttemptOutcome = 'done' | 'ended' | 'retried' | 'exhausted' | 'delayed' | 'given-up' | 'held';

export interface AttemptMetrics {
  finished(kind: JobKind, outcome: AttemptOutcome, elapsedMs: number): void;
  /** Why an attempt came to nothing. */
  failed(kind: JobKind, code: ErrorCode, outcome: AttemptOutcome): void;
  waited(kind: JobKind, waitedMs: number): void;
  /** The job's worker disappeared while running it. */
  stalled(kind: JobKind): void;
}

/** What alerts ask for is there from the start: Prometheus sees no growth in a series that begins with what it counts. */
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
  const errors = metrics?.counter('job_errors_total', 'Attempts that came to nothing, by the error and what followed', [
    'kind',
    'code',
    'outcome',
  ]);
  const stalls = metrics?.counter('jobs_stalled_total', 'Jobs whose worker disappeared while running them', ['kind']);
  for (const kind of jobKinds) {
    stalls?.inc({ kind }, 0);
    for (const outcome of ['ended', 'exhausted']) attempts?.zero({ kind, outcome });
  }
  return {
    stalled: (kind) => stalls?.inc({ kind }),
    failed: (kind, code, outcome) => errors?.inc({ kind, code, outcome }),
    finished: (kind, outcome, elapsedMs) => attempts?.observe({ kind, outcome }, elapsedMs / 1_000),
    waited: (kind, waitedMs) => waits?.observe({ kind }, waitedMs / 1_000),
  };
}

export interface ProcessorParts<K extends JobKind> {
  kind: K;
  handler: JobHandler<K>;
  hold: JobHold;
  putBack: PutBack;
  /** Called before a job fails that has used up its attempts with an error that a need explains. */
  onExhausted: (job: JobOf<K>, error: AppError) => Promise<void>;
  /** Called when a person must repair something that no need stands for. The job waits for `repairDelayMs` milliseconds, or up to twice that. */
  onRepairable: (error: AppError) => Promise<void>;
  repairDelayMs: number;
  log: Logger;
  metrics: AttemptMetrics;
  tracer: Tracer;
}

/** The part of a BullMQ job that an attempt needs. */
type QueuedJob = Pick<
  BullJob<unknown, void>,
  | 'id'
  | 'data'
  | 'updateData'
  | 'attemptsMade'
  | 'attemptsStarted'
  | 'timestamp'
  | 'opts'
  | 'progress'
  | 'updateProgress'
  | 'moveToDelayed'
  | 'moveToWait'
>;

/** How long a job waits that others should precede: longer than the longest wait between two checks of a need. Milliseconds. */
const laterMs = 30_000;
/** How soon a worker of a newer release may take what this one cannot read. Milliseconds. */
const newerMs = 3_000;

/**
 * One attempt of one job: parses the payload, calls the handler, and translates its error into what BullMQ should do next.
 * Only this file and the receiver know both our errors and BullMQ's.
 */
export function createProcessor<K extends JobKind>(parts: ProcessorParts<K>) {
  const { kind, tracer } = parts;
  const attempt = createAttempt(parts);
  return async (queued: QueuedJob, token: string | undefined, signal: AbortSignal): Promise<void> => {
    const attributes = { ...messagingOf(kind, queued.id ?? ''), 'watchpost.attempt': queued.attemptsMade + 1 };
    const options = { kind: 'consumer', attributes, parent: queued.opts.telemetry?.metadata ?? null } as const;
    // BullMQ speaks in errors: a job that waits is none for the span.
    const failure = await tracer.span(`process ${kind}`, options, async (span) => attempt(queued, { token, span }, signal));
    if (failure) throw failure;
  };
}

/** Resolves with the error that BullMQ understands; null: the job is done. */
function createAttempt<K extends JobKind>(parts: ProcessorParts<K>) {
  const { kind, handler, hold, log, metrics } = parts;
  return async (
    queued: QueuedJob,
    { token, span }: { token: string | undefined; span: Span },
    signal: AbortSignal,
  ): Promise<Error | null> => {
    const id = queued.id ?? '';
    const attempt = queued.attemptsMade + 1;
    const lastAttempt = attempt >= (queued.opts.attempts ?? 1);
    const startedAtMs = Date.now();
    const finish = (outcome: AttemptOutcome): void => {
      span.set({ 'watchpost.outcome': outcome });
      metrics.finished(kind, outcome, Date.now() - startedAtMs);
    };
    const failure = { queued, token, lastAttempt, log: log.child({ kind, jobId: id, attempt }) };
    // A read that was under way when the hold began.
    if (!signal.aborted && !hold.admit(id)) return goBack(failure, parts);
    if (queued.attemptsStarted <= 1) metrics.waited(kind, Math.max(0, startedAtMs - queued.timestamp));
    // A handler does much at once.
    setMaxListeners(0, signal);
    try {
      throwIfAborted(signal);
      const result = await raceAbort(handler(parseJob(kind, queued.data), { attempt, lastAttempt }, signal), signal);
      await eraseEnded(queued, kind, 'done', failure.log);
      hold.succeeded(id, { idle: result === 'idle' });
      finish('done');
      return null;
    } catch (thrown) {
      const error = toAppError(thrown);
      const [outcome, bullError] = await afterFailure({ ...failure, error }, parts, signal);
      metrics.failed(kind, error.code, outcome);
      span.fail(error.code);
      finish(outcome);
      return bullError;
    } finally {
      hold.ended(id);
    }
  };
}

interface Attempt {
  queued: QueuedJob;
  token: string | undefined;
  lastAttempt: boolean;
  log: Logger;
}

type FailedAttempt = Attempt & { error: AppError };

/** The outcome for the metrics, and the error that BullMQ understands. */
type Settlement = [AttemptOutcome, Error];

async function afterFailure<K extends JobKind>(
  failed: FailedAttempt,
  parts: Pick<ProcessorParts<K>, 'kind' | 'hold' | 'putBack' | 'onExhausted' | 'onRepairable' | 'repairDelayMs'>,
  signal: AbortSignal,
): Promise<Settlement> {
  const { queued, error, lastAttempt, log } = failed;
  if (signal.aborted) return ['given-up', await goBack(failed, parts)];
  // Not ours: however long it takes, no attempt is used up.
  if (error.code === 'job-newer') return postpone(failed, newerMs);
  const verdict = await raceAbort(parts.hold.failed(queued.id ?? '', error), signal).catch(() => 'first' as const);
  if (verdict === 'first') return [signal.aborted ? 'given-up' : 'held', await goBack(failed, parts)];
  if (verdict === 'later') return postpone(failed, laterMs);
  const isExplained = parts.hold.explains(error);
  if (error.retry === 'repairable' && !isExplained) return waitForRepair(failed, parts, signal);
  const waitMs = error.retryAfterMs ?? (isExplained ? waitAloneMs(error) : undefined);
  const outcome = outcomeOf(error, waitMs, waitedMsOf(queued));
  if (lastAttempt && isExplained && outcome.action === 'retry') {
    await parts
      .onExhausted(parseJob(parts.kind, queued.data), error)
      .catch((err: unknown) => log.warn({ err }, 'could not record the failure of a job'));
  }
  if (isEnd(outcome, lastAttempt)) await eraseEnded(failed.queued, parts.kind, 'failed', log);
  return settle(failed, outcome);
}

/** No further attempt follows. */
const isEnd = ({ action }: JobOutcome, lastAttempt: boolean): boolean => action === 'fail' || (action === 'retry' && lastAttempt);

/** Alone with a database that works for others, for example because somebody's open transaction blocks it: it waits for its turn. */
const waitAloneMs = ({ retry }: AppError): number | undefined => (retry === 'transient' ? laterMs : undefined);

/** Only this job waits: others may need something else. Spread, so that not all come back at once. */
async function waitForRepair(
  failed: FailedAttempt,
  { onRepairable, repairDelayMs }: Pick<ProcessorParts<JobKind>, 'onRepairable' | 'repairDelayMs'>,
  signal: AbortSignal,
): Promise<Settlement> {
  await raceAbort(onRepairable(failed.error), signal).catch((err: unknown) => {
    failed.log.debug({ err }, 'could not look what is to be repaired');
  });
  return postpone(failed, Math.ceil(repairDelayMs * (1 + Math.random())));
}

/** Back to the head of the queue. If that fails too, the job's lock expires and it is found stalled. */
async function goBack({ queued, token, log }: Attempt, { putBack }: Pick<ProcessorParts<JobKind>, 'putBack'>): Promise<Error> {
  await putBack(queued, token).catch((error: unknown) => log.warn({ err: error }, 'could not put the job back'));
  return new WaitingError();
}

async function postpone({ queued, token, error, log }: FailedAttempt, delayMs: number): Promise<Settlement> {
  log.info({ code: error.code, delayMs }, 'job postponed');
  await queued.moveToDelayed(Date.now() + delayMs, token);
  return ['delayed', new DelayedError()];
}

async function settle(failed: FailedAttempt, outcome: JobOutcome): Promise<Settlement> {
  const { queued, error, lastAttempt, log } = failed;
  if (outcome.action === 'delay') {
    const waitedMs = waitedMsOf(queued) + outcome.delayMs;
    await queued.updateProgress({ waitedMs }).catch((err: unknown) => log.warn({ err }, 'could not note the wait of a job'));
    return postpone(failed, outcome.delayMs);
  }
  if (outcome.action === 'fail') {
    log.warn({ err: error }, 'job failed permanently');
    return ['ended', new UnrecoverableError(storedMessage(error))];
  }
  log[lastAttempt ? 'error' : 'warn']({ err: error }, lastAttempt ? 'job failed, no attempts left' : 'job failed, will retry');
  return [lastAttempt ? 'exhausted' : 'retried', new Error(storedMessage(error))];
}

/** How long the job has waited without using up an attempt: its progress, as the queue keeps it. */
function waitedMsOf({ progress }: Pick<QueuedJob, 'progress'>): number {
  const waitedMs = typeof progress === 'object' && 'waitedMs' in progress ? progress.waitedMs : 0;
  return typeof waitedMs === 'number' ? waitedMs : 0;
}

/** The queue keeps message and stack in clear text, so only our own message goes there, not a client library's. */
const storedMessage = (error: AppError): string => `${error.code}: ${redactSecrets(error.message)}`.slice(0, 500);
