import type { Processor } from 'bullmq';
import type { Logger } from '../observability/logger.ts';
import { retry } from '../retry.ts';
import { raceAbort, within } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Gauge, Metrics } from '../observability/metrics.ts';
import { noTracer, type Tracer } from '../observability/tracing.ts';
import { createPutBack, openWorker, type FailingJob, type OpenQueue, type OpenWorker } from './bullmq-backend.ts';
import { openUnheard, shareConnections } from './bullmq-queues.ts';
import { createAttemptMetrics, createProcessor, type AttemptMetrics } from './bullmq-processor.ts';
import { watchQueue } from './bullmq-queue-watch.ts';
import { eraseEnded } from './erase-ended.ts';
import { createJobHold } from './job-hold.ts';
import { createJobHoldLog, type JobHoldLog } from './job-hold-log.ts';
import { keptMinutes } from './minute-counts.ts';
import { jobDefinitions, jobKinds, parseJob, type Job, type JobKind } from './job-kinds.ts';
import type { Held, JobNeed } from './job-need.ts';
import type { JobHandlers, JobReceiver } from './job-queue.ts';
import { logConnectionErrors } from './log-connection-errors.ts';

export interface JobReceiverOptions {
  /** How many jobs of a kind this process runs at a time. */
  concurrency: (kind: JobKind) => number;
  log: Logger;
  metrics?: Metrics;
  /** An attempt belongs to the trace of whoever sent its job. Default: none. */
  tracer?: Tracer;
  /** What jobs need: while one of them is missing, this process takes no jobs. Default: nothing. */
  needs?: readonly JobNeed[];
  /**
   * How long a job stays locked without a sign of life from this process; the lock is renewed after half of it.
   * Must exceed the longest time that the event loop can be blocked, or jobs run twice. Milliseconds.
   */
  lockMs?: number;
  /** How often to look for jobs of workers that disappeared. Milliseconds. */
  stallCheckMs?: number;
  /**
   * Called for a job that failed although its handler could not know it: three workers died while running it, or it used up its
   * attempts with an error that a need explains.
   */
  onFailed?: (job: Job, error: AppError) => Promise<void>;
  /** Called when a job fails with what a person must repair, and none of the needs explains it. The job waits, and uses up no attempt. */
  onRepairable?: (error: AppError) => Promise<void>;
  /** How long it waits at least, milliseconds; at most twice as long. */
  repairDelayMs?: number;
  /** How often to check that waiting jobs are taken; `isLive()` is false after three failed checks. Milliseconds. */
  watchMs?: number;
}

const bootTimeoutMs = 10_000;
/** Of a command that looks at a queue, milliseconds. */
const watchTimeoutMs = 5_000;
/** How long to wait until the jobs that are given up have been put back. Milliseconds. */
const giveUpMs = 2_000;

/** The worker of one kind. */
interface KindWorker {
  close(signal: AbortSignal): Promise<void>;
  isLive(): boolean;
  held(): Held[] | null;
  running(): number;
}

/** What the workers of all kinds share. */
interface Instruments {
  attempts: AttemptMetrics;
  held: Gauge<'kind'> | undefined;
  holdLog: JobHoldLog;
}

/**
 * The receiving side on BullMQ: Redis if REDIS_URL is set, else PostgreSQL. Takes jobs as soon as the queue can be reached and nothing
 * that they need is missing, and retries until then. Handlers get a signal that aborts when the job must be given up.
 */
export function createJobReceiver(storage: StorageConfig, handlers: JobHandlers, options: JobReceiverOptions): JobReceiver {
  const { metrics } = options;
  const instruments: Instruments = {
    attempts: createAttemptMetrics(metrics),
    held: metrics?.gauge('jobs_held', '1 while this process takes no jobs because something that they need is missing', ['kind']),
    holdLog: createJobHoldLog(options.log),
  };
  const watching = shareConnections(storage, 1);
  const watched = async (kind: JobKind): Promise<OpenQueue> =>
    openUnheard(storage, jobDefinitions[kind].queue, watchTimeoutMs, await watching);
  const workers = jobKinds.map((kind) => ({ kind, ...startKind(storage, kind, handlers, { ...options, watched }, instruments) }));
  let closed: Promise<void> | undefined;
  return {
    // A process that is stopping must not be killed for taking nothing.
    isLive: () => closed !== undefined || workers.every((worker) => worker.isLive()),
    held: () => {
      const all = workers.map((worker) => worker.held());
      return all.some((held) => held === null) ? null : all.flatMap((held) => held ?? []);
    },
    running: () => workers.map((worker) => ({ kind: worker.kind, count: worker.running() })).filter(({ count }) => count > 0),
    close: async (signal) => {
      closed ??= Promise.all(workers.map((worker) => worker.close(signal))).then(async () => (await watching)?.close(watchTimeoutMs));
      await closed;
    },
  };
}

function startKind<K extends JobKind>(
  storage: StorageConfig,
  kind: K,
  handlers: Pick<JobHandlers, K>,
  options: JobReceiverOptions & { watched: (kind: JobKind) => Promise<OpenQueue> },
  instruments: Instruments,
): KindWorker {
  const { concurrency, log: parentLog, tracer = noTracer, needs = [], watchMs = 20_000 } = options;
  const { onFailed, onRepairable, repairDelayMs = 60_000 } = options;
  const { queue: name } = jobDefinitions[kind];
  const log = parentLog.child({ queue: name });
  const stopping = new AbortController();
  // While a worker closes, its pending read may still return a job, even the one that it has just put back. That job is put back as well.
  const givingUp = new AbortController();
  const attempts = { started: 0, running: 0 };
  let worker: OpenWorker | undefined;

  const isHeld = (): boolean => (hold.held() ?? []).length > 0;
  const onChange = (): void => {
    instruments.held?.set({ kind }, isHeld() ? 1 : 0);
    if (worker) follow(worker, () => hold.isOpen() && !stopping.signal.aborted, log);
  };
  const hold = createJobHold({ kind, needs, log: instruments.holdLog, onChange }, stopping.signal);
  onChange();
  const runAttempt = createProcessor<K>({
    kind,
    handler: handlers[kind],
    hold,
    putBack: createPutBack(storage),
    onExhausted: async (job, error) => onFailed?.(job, error),
    onRepairable: async (error) => onRepairable?.(error),
    repairDelayMs,
    log,
    metrics: instruments.attempts,
    tracer,
  });
  // BullMQ passes the signal only to a function that declares three parameters, none of them with a default.
  const processor: Processor<unknown, void> = async (job, token, signal) => {
    attempts.started += 1;
    attempts.running += 1;
    try {
      await runAttempt(job, token, givingUp.signal.aborted ? givingUp.signal : (signal ?? new AbortController().signal));
    } finally {
      attempts.running -= 1;
    }
  };
  const watch = watchQueue(
    { open: async () => options.watched(kind), everyMs: watchMs, hasOwnTimes: kind === 'scheduled', attempts, isHeld, log },
    stopping.signal,
  );
  const booted = Promise.all([
    boot(() => openKind(storage, kind, processor, options, instruments, log), log, stopping.signal),
    hold.start(),
  ]).then(([ready]) => {
    worker = ready;
    // Why jobs are held has been said.
    log[isHeld() ? 'debug' : 'info']({ concurrency: concurrency(kind) }, isHeld() ? 'connected' : 'taking jobs');
    if (hold.isOpen()) ready.run().catch((error: unknown) => log.error({ err: error }, 'worker loop ended'));
    else onChange();
  });
  booted.catch(() => undefined);

  return {
    isLive: () => worker === undefined || isHeld() || (worker.isRunning() && !watch.stuck()),
    held: () => hold.held(),
    running: () => attempts.running,
    close: async (signal) => {
      stopping.abort();
      await booted.catch(() => undefined);
      await watch.done;
      if (worker) await closeWorker(worker, givingUp, log, signal);
    },
  };
}

/** Makes a worker take jobs or not. Only this process: other workers and an operator's own pause of the queue are left alone. */
function follow(worker: OpenWorker, isOpen: () => boolean, log: Logger): void {
  if (!isOpen()) {
    void worker.pause(true).catch((error: unknown) => log.warn({ err: error }, 'worker could not be paused'));
    return;
  }
  void worker.resume();
  // One that was about to end its loop does not hear that it should go on.
  setImmediate(() => {
    if (isOpen() && !worker.isRunning()) void worker.resume();
  });
}

function openKind(
  storage: StorageConfig,
  kind: JobKind,
  processor: Processor<unknown, void>,
  { concurrency, lockMs = 60_000, stallCheckMs = 30_000, onFailed }: JobReceiverOptions,
  { attempts }: Instruments,
  log: Logger,
): OpenWorker {
  const { queue: name } = jobDefinitions[kind];
  const worker: OpenWorker = openWorker(
    storage,
    name,
    processor,
    {
      concurrency: concurrency(kind),
      lockDuration: lockMs,
      stalledInterval: stallCheckMs,
      // A picture that kills its worker (out of memory) kills two more at most.
      maxStalledCount: 2,
      // For the operators' chart: a day by the minute.
      metrics: { maxDataPoints: keptMinutes },
    },
    {
      onError: logConnectionErrors(log),
      onLocksLost: (jobIds) => {
        log.error({ jobIds }, 'lock lost, another worker may have the job: giving it up');
        for (const id of jobIds) worker.cancelJob(id, 'lock lost');
      },
      onStalled: (jobId) => {
        attempts.stalled(kind);
        log.warn({ jobId }, 'job stalled, its worker disappeared: will retry');
      },
      // Before it fails, so that it cannot end with what is to be erased; and after, if the queue was away then.
      onDoomed: (job) => void eraseEnded(job, kind, 'failed', log),
      onFailed: (job, error) => {
        // The processor has seen to all other failures.
        if (!job || !error.message.includes('stalled more than')) return;
        attempts.failed(kind, 'job-worker-lost', 'ended');
        reportLost(kind, job, onFailed, log);
      },
    },
  );
  return worker;
}

function reportLost(kind: JobKind, job: FailingJob, onFailed: JobReceiverOptions['onFailed'], log: Logger): void {
  const lost = new AppError('job-worker-lost', 'three workers died while running this job');
  log.error({ jobId: job.id, err: lost }, 'job failed permanently');
  const report = async (): Promise<void> => onFailed?.(parseJob(kind, job.data), lost);
  report().catch((error: unknown) => log.warn({ err: error, jobId: job.id }, 'could not record the failure of a job'));
  void eraseEnded(job, kind, 'failed', log);
}

/** Retries until the worker is connected. A BullMQ worker whose first connection failed stays broken (PostgreSQL), so each attempt opens a new one. */
async function boot(open: () => OpenWorker, log: Logger, signal: AbortSignal): Promise<OpenWorker> {
  const connect = async (): Promise<OpenWorker> => {
    const worker = open();
    try {
      await raceAbort(worker.waitUntilReady(), within(signal, bootTimeoutMs));
      return worker;
    } catch (error) {
      await raceAbort(worker.close(true), AbortSignal.timeout(giveUpMs)).catch(() => undefined);
      throw error;
    }
  };
  return retry(
    connect,
    {
      backoff: { firstMs: 250, maxMs: 5_000 },
      onRetry: (error, next) => log.warn({ err: error, ...next }, 'queue not reachable, retrying'),
    },
    signal,
  );
}

/**
 * Stage one: take no more jobs and finish those that run. Stage two, when `signal` aborts: put back those that still run. BullMQ itself
 * would wait without a limit.
 */
async function closeWorker(worker: OpenWorker, givingUp: AbortController, log: Logger, signal: AbortSignal): Promise<void> {
  const finished = worker.close();
  finished.catch(() => undefined);
  try {
    await raceAbort(finished, signal);
    return;
  } catch (error) {
    if (!signal.aborted) log.warn({ err: error }, 'worker did not close cleanly');
  }
  givingUp.abort();
  worker.cancelAllJobs('shutdown');
  try {
    await raceAbort(finished, AbortSignal.timeout(giveUpMs));
  } catch {
    log.error({ giveUpMs }, 'could not put jobs back; they will be found stalled');
    // Not awaited: a client whose server is away may take as long again.
    worker.disconnect().catch(() => undefined);
  }
}
