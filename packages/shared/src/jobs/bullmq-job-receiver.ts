import type { Logger } from '../observability/logger.ts';
import { pause, raceAbort } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { openWorker, type OpenWorker } from './bullmq-backend.ts';
import { createProcessor, createTryMetrics, type TryMetrics } from './bullmq-processor.ts';
import { watchQueue } from './bullmq-queue-watch.ts';
import { complainOnce } from './complain-once.ts';
import type { JobHandlers, JobReceiver } from './job-queue.ts';
import { jobKinds, jobPolicies, jobSchema, type Job, type JobKind } from './jobs.ts';

export interface JobReceiverOptions {
  /** How many jobs of a kind this process has in work at once. */
  concurrency: Record<JobKind, number>;
  log: Logger;
  metrics?: Metrics;
  /**
   * For so long a job is safe from being taken by another worker while this process answers nothing (its lock is renewed every half of it).
   * Must exceed the longest time that the event loop can be blocked, or jobs run twice. Milliseconds.
   */
  lockMs?: number;
  /** How often jobs of workers that went away are looked for. Milliseconds. */
  stallCheckMs?: number;
  /** Told of a job that ended because its workers died in the middle of it, three times: no handler hears of that end. */
  onLost?: (job: Job, error: AppError) => Promise<void>;
  /** How often we look whether jobs wait that we do not take; three such looks make `running()` false. Milliseconds. */
  watchMs?: number;
}

const bootTimeoutMs = 10_000;
/** For jobs that are given up to be put back. Milliseconds. */
const giveUpMs = 2_000;

interface Lane {
  close(signal: AbortSignal): Promise<void>;
  running(): boolean;
}

/**
 * The receiving side on BullMQ: Redis where REDIS_URL is set, else PostgreSQL. Starts taking jobs as soon as the queue can be
 * reached and goes on trying until then. Handlers get a signal that aborts when the job must be given up.
 */
export function createJobReceiver(storage: StorageConfig, handlers: JobHandlers, options: JobReceiverOptions): JobReceiver {
  const tryMetrics = createTryMetrics(options.metrics);
  const stalled = options.metrics?.counter('jobs_stalled_total', 'Jobs whose worker went away in the middle', ['kind']);
  const lanes = jobKinds.map((kind) => openLane(storage, kind, handlers, options, tryMetrics, () => stalled?.inc({ kind })));
  let closed: Promise<void> | undefined;
  return {
    // A process that stops is not to be killed for taking nothing.
    running: () => closed !== undefined || lanes.every((lane) => lane.running()),
    close: async (signal) => {
      closed ??= Promise.all(lanes.map((lane) => lane.close(signal))).then(() => undefined);
      await closed;
    },
  };
}

function openLane(
  storage: StorageConfig,
  kind: JobKind,
  handlers: JobHandlers,
  { concurrency, log: parentLog, lockMs = 60_000, stallCheckMs = 30_000, watchMs = 20_000, onLost }: JobReceiverOptions,
  metrics: TryMetrics,
  countStalled: () => void,
): Lane {
  const log = parentLog.child({ queue: jobPolicies[kind].queue });
  const { queue: name, perSecond } = jobPolicies[kind];
  const process = createProcessor({ kind, handlers, log, metrics });
  const stopping = new AbortController();
  // A closing worker may still get one job: the one that it has just put back, out of its pending read. That one goes back too.
  const givingUp = new AbortController();
  const tally = { started: 0, running: 0 };
  const onError = complainOnce(log);

  const open = (): OpenWorker => {
    const worker: OpenWorker = openWorker(
      storage,
      name,
      // BullMQ passes the signal only to a function that declares three parameters, none of them with a default.
      async (job, token, signal) => {
        tally.started += 1;
        tally.running += 1;
        try {
          await process(job, token, givingUp.signal.aborted ? givingUp.signal : (signal ?? new AbortController().signal));
        } finally {
          tally.running -= 1;
        }
      },
      {
        concurrency: concurrency[kind],
        lockDuration: lockMs,
        stalledInterval: stallCheckMs,
        // A picture that kills its worker (out of memory) takes two more workers with it at most.
        maxStalledCount: 2,
        ...(perSecond === undefined ? {} : { limiter: { max: perSecond, duration: 1_000 } }),
      },
      {
        onError,
        onLocksLost: (jobIds) => {
          log.error({ jobIds }, 'lock lost: another worker may have the job, giving it up');
          for (const id of jobIds) worker.cancelJob(id, 'lock lost');
        },
        onStalled: (jobId) => {
          countStalled();
          log.warn({ jobId }, 'job of a worker that went away, trying again');
        },
        onFailed: ({ id, data }, error) => {
          // The others come out of the processor, which has logged them.
          if (error.message.includes('stalled more than')) reportLost(id, data, onLost, log);
        },
      },
    );
    return worker;
  };

  let worker: OpenWorker | undefined;
  const watch = watchQueue({ storage, name, limited: perSecond !== undefined, everyMs: watchMs, tally, log }, stopping.signal);
  const booted = boot(open, log, stopping.signal).then((ready) => {
    worker = ready;
    log.info({ concurrency: concurrency[kind] }, 'taking jobs');
    ready.run().catch((error: unknown) => log.error({ err: error }, 'worker loop ended'));
  });
  booted.catch(() => undefined);

  return {
    running: () => worker === undefined || (worker.isRunning() && !watch.stuck()),
    close: async (signal) => {
      stopping.abort();
      await booted.catch(() => undefined);
      await watch.done;
      if (worker) await closeWorker(worker, givingUp, log, signal);
    },
  };
}

function reportLost(id: string | undefined, data: unknown, onLost: JobReceiverOptions['onLost'], log: Logger): void {
  const error = new AppError('job-worker-lost', 'its workers died in the middle of it, three times');
  log.error({ jobId: id, err: error }, 'job ended');
  const job = jobSchema.safeParse(data);
  if (job.success)
    onLost?.(job.data, error).catch((failure: unknown) => log.warn({ err: failure, jobId: id }, 'the end of a job was not noted'));
}

/** A BullMQ worker whose first connection failed stays broken (PostgreSQL), so each try opens a new one. */
async function boot(open: () => OpenWorker, log: Logger, signal: AbortSignal): Promise<OpenWorker> {
  for (let tries = 0; ; tries += 1) {
    const worker = open();
    try {
      await raceAbort(worker.waitUntilReady(), AbortSignal.any([signal, AbortSignal.timeout(bootTimeoutMs)]));
      return worker;
    } catch (error) {
      await raceAbort(worker.close(true), AbortSignal.timeout(giveUpMs)).catch(() => undefined);
      if (signal.aborted) throw error;
      log.warn({ err: error, tries: tries + 1 }, 'queue not reached, trying again');
    }
    await pause(Math.min(250 * 2 ** tries, 5_000), signal);
  }
}

/** Stage one: take nothing more, finish what runs. Stage two, when `signal` aborts: put back what still runs. BullMQ itself would wait without end. */
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
    log.error({ giveUpMs }, 'jobs could not be put back, leaving them to be found stalled');
    // Not awaited: a client whose server is away may take as long again.
    worker.disconnect().catch(() => undefined);
  }
}
