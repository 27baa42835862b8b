import type { Logger } from '../observability/logger.ts';
import { retry } from '../retry.ts';
import { raceAbort } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { openWorker, type OpenWorker } from './bullmq-backend.ts';
import { createAttemptMetrics, createProcessor, type AttemptMetrics } from './bullmq-processor.ts';
import { watchQueue } from './bullmq-queue-watch.ts';
import { jobDefinitions, jobKinds, parseJob, type Job, type JobKind } from './job-kinds.ts';
import type { JobHandlers, JobReceiver } from './job-queue.ts';
import { logConnectionErrors } from './log-connection-errors.ts';

export interface JobReceiverOptions {
  /** How many jobs of a kind this process runs at a time. */
  concurrency: (kind: JobKind) => number;
  log: Logger;
  metrics?: Metrics;
  /**
   * How long a job stays locked without a sign of life from this process; the lock is renewed after half of it.
   * Must exceed the longest time that the event loop can be blocked, or jobs run twice. Milliseconds.
   */
  lockMs?: number;
  /** How often to look for jobs of workers that disappeared. Milliseconds. */
  stallCheckMs?: number;
  /** Called for a job that failed because three workers died while running this job: no handler learns of that. */
  onLost?: (job: Job, error: AppError) => Promise<void>;
  /** How often to check that waiting jobs are taken; `isLive()` is false after three failed checks. Milliseconds. */
  watchMs?: number;
}

const bootTimeoutMs = 10_000;
/** How long to wait until the jobs that are given up have been put back. Milliseconds. */
const giveUpMs = 2_000;

/** The worker of one kind. */
interface KindWorker {
  close(signal: AbortSignal): Promise<void>;
  isLive(): boolean;
}

/**
 * The receiving side on BullMQ: Redis if REDIS_URL is set, else PostgreSQL. Takes jobs as soon as the queue can be reached, and
 * retries until then. Handlers get a signal that aborts when the job must be given up.
 */
export function createJobReceiver(storage: StorageConfig, handlers: JobHandlers, options: JobReceiverOptions): JobReceiver {
  const attemptMetrics = createAttemptMetrics(options.metrics);
  const stalled = options.metrics?.counter('jobs_stalled_total', 'Jobs whose worker disappeared while running them', ['kind']);
  const workers = jobKinds.map((kind) => startKind(storage, kind, handlers, options, attemptMetrics, () => stalled?.inc({ kind })));
  let closed: Promise<void> | undefined;
  return {
    // A process that is stopping must not be killed for taking nothing.
    isLive: () => closed !== undefined || workers.every((worker) => worker.isLive()),
    close: async (signal) => {
      closed ??= Promise.all(workers.map((worker) => worker.close(signal))).then(() => undefined);
      await closed;
    },
  };
}

function startKind<K extends JobKind>(
  storage: StorageConfig,
  kind: K,
  handlers: Pick<JobHandlers, K>,
  { concurrency, log: parentLog, lockMs = 60_000, stallCheckMs = 30_000, watchMs = 20_000, onLost }: JobReceiverOptions,
  metrics: AttemptMetrics,
  countStalled: () => void,
): KindWorker {
  const { queue: name, perSecond } = jobDefinitions[kind];
  const log = parentLog.child({ queue: name });
  const runAttempt = createProcessor<K>({ kind, handler: handlers[kind], log, metrics });
  const stopping = new AbortController();
  // While a worker closes, its pending read may still return a job, even the one that it has just put back. That job is put back as well.
  const givingUp = new AbortController();
  const attempts = { started: 0, running: 0 };
  const onError = logConnectionErrors(log);

  const open = (): OpenWorker => {
    const worker: OpenWorker = openWorker(
      storage,
      name,
      // BullMQ passes the signal only to a function that declares three parameters, none of them with a default.
      async (job, token, signal) => {
        attempts.started += 1;
        attempts.running += 1;
        try {
          await runAttempt(job, token, givingUp.signal.aborted ? givingUp.signal : (signal ?? new AbortController().signal));
        } finally {
          attempts.running -= 1;
        }
      },
      {
        concurrency: concurrency(kind),
        lockDuration: lockMs,
        stalledInterval: stallCheckMs,
        // A picture that kills its worker (out of memory) kills two more at most.
        maxStalledCount: 2,
        ...(perSecond === undefined ? {} : { limiter: { max: perSecond, duration: 1_000 } }),
      },
      {
        onError,
        onLocksLost: (jobIds) => {
          log.error({ jobIds }, 'lock lost, another worker may have the job: giving it up');
          for (const id of jobIds) worker.cancelJob(id, 'lock lost');
        },
        onStalled: (jobId) => {
          countStalled();
          log.warn({ jobId }, 'job stalled, its worker disappeared: will retry');
        },
        onFailed: ({ id, data }, error) => {
          // The processor has logged all other failures.
          if (error.message.includes('stalled more than')) reportLost(kind, { id, data }, onLost, log);
        },
      },
    );
    return worker;
  };

  let worker: OpenWorker | undefined;
  const watch = watchQueue({ storage, name, limited: perSecond !== undefined, everyMs: watchMs, attempts, log }, stopping.signal);
  const booted = boot(open, log, stopping.signal).then((ready) => {
    worker = ready;
    log.info({ concurrency: concurrency(kind) }, 'taking jobs');
    ready.run().catch((error: unknown) => log.error({ err: error }, 'worker loop ended'));
  });
  booted.catch(() => undefined);

  return {
    isLive: () => worker === undefined || (worker.isRunning() && !watch.stuck()),
    close: async (signal) => {
      stopping.abort();
      await booted.catch(() => undefined);
      await watch.done;
      if (worker) await closeWorker(worker, givingUp, log, signal);
    },
  };
}

function reportLost(
  kind: JobKind,
  { id, data }: { id: string | undefined; data: unknown },
  onLost: JobReceiverOptions['onLost'],
  log: Logger,
): void {
  const lost = new AppError('job-worker-lost', 'three workers died while running this job');
  log.error({ jobId: id, err: lost }, 'job failed permanently');
  const report = async (): Promise<void> => onLost?.(parseJob(kind, data), lost);
  report().catch((error: unknown) => log.warn({ err: error, jobId: id }, 'could not record the failure of a job'));
}

/** Retries until the worker is connected. A BullMQ worker whose first connection failed stays broken (PostgreSQL), so each attempt opens a new one. */
async function boot(open: () => OpenWorker, log: Logger, signal: AbortSignal): Promise<OpenWorker> {
  const connect = async (): Promise<OpenWorker> => {
    const worker = open();
    try {
      await raceAbort(worker.waitUntilReady(), AbortSignal.any([signal, AbortSignal.timeout(bootTimeoutMs)]));
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
