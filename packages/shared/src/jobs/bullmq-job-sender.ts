import type { JobsOptions } from 'bullmq';
import type { Logger } from '../observability/logger.ts';
import { pause, raceAbort } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { openQueue, type OpenQueue } from './bullmq-backend.ts';
import { complainOnce } from './complain-once.ts';
import type { JobSender } from './job-queue.ts';
import { jobId, jobKinds, jobPolicies, type Job, type JobKind } from './jobs.ts';

export interface JobSenderOptions {
  log: Logger;
  metrics?: Metrics;
  /** How long one try to reach the queue may take at start before it is begun afresh. Milliseconds. */
  bootTimeoutMs?: number;
}

type Queues = Record<JobKind, OpenQueue>;

const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as const;

/** A command that Redis took and does not answer; must be shorter than any sender's patience. Milliseconds. */
const commandTimeoutMs = 1_500;
/** Between two tries to add a job while the queue is away; Redis restarts within a second. Milliseconds. */
const tryAgainMs = 100;
const closeTimeoutMs = 3_000;

/**
 * The sending side on BullMQ: Redis where REDIS_URL is set, else PostgreSQL. Comes up without either and goes on
 * trying in the background; a BullMQ queue whose first connection failed refuses for ever, so each try builds new ones.
 * Finished jobs stay for 26 hours, longer than Slack repeats a delivery (24 hours), and keep their id from being taken again.
 */
export function createJobSender(storage: StorageConfig, { log, metrics, bootTimeoutMs = 10_000 }: JobSenderOptions): JobSender {
  const closing = new AbortController();
  const sent = metrics?.histogram('queue_send_seconds', 'Time until the queue had a job, or until we gave up', ['kind', 'outcome']);
  const connected = connect(storage, { log, bootTimeoutMs }, closing.signal);
  connected.catch(() => undefined);

  const add = async (job: Job, signal: AbortSignal): Promise<void> => {
    let lastError: unknown;
    while (!signal.aborted && !closing.signal.aborted) {
      try {
        const queues = await raceAbort(connected, signal);
        await raceAbort(queues[job.kind].add(job.kind, job, addOptions(job)), signal);
        return;
      } catch (error) {
        if (!signal.aborted) lastError = error;
      }
      await pause(tryAgainMs, signal).catch(() => undefined);
    }
    throw new AppError('queue-unavailable', 'the queue did not take the job in time', { cause: lastError });
  };

  return {
    send: async (job, { timeoutMs }) => {
      const done = sent?.startTimer({ kind: job.kind });
      try {
        await add(job, AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs))));
        done?.({ outcome: 'queued' });
      } catch (error) {
        done?.({ outcome: 'unavailable' });
        throw error;
      }
    },
    ping: async (signal) => {
      try {
        const queues = await raceAbort(connected, signal);
        await raceAbort(Promise.all(jobKinds.map((kind) => queues[kind].getJobCounts('active'))), signal);
      } catch (error) {
        throw new AppError('queue-unavailable', 'the queue does not answer', { cause: error });
      }
    },
    counts: async () => {
      const count = async (): Promise<{ kind: JobKind; state: string; count: number }[]> => {
        const queues = await connected;
        const perKind = jobKinds.map(async (kind) =>
          Object.entries(await queues[kind].getJobCounts(...states)).map(([state, n]) => ({ kind, state, count: n })),
        );
        return (await Promise.all(perKind)).flat();
      };
      try {
        return await raceAbort(count(), AbortSignal.timeout(commandTimeoutMs));
      } catch (error) {
        throw new AppError('queue-unavailable', 'the queue does not answer', { cause: error });
      }
    },
    close: async () => {
      closing.abort();
      const queues = await connected.catch(() => undefined);
      if (queues) await closeQueues(queues);
    },
  };
}

function addOptions(job: Job): JobsOptions {
  const { attempts, backoffMs } = jobPolicies[job.kind];
  return {
    jobId: jobId(job),
    attempts,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    // The count only bounds Redis's memory (about 1.5 kB a job); past it the snapshot's record still prevents a second post.
    removeOnComplete: { age: 26 * 3_600, count: 250_000 },
    removeOnFail: { age: 7 * 86_400, count: 5_000 },
    keepLogs: 0,
    stackTraceLimit: 1,
    sizeLimit: 16_384,
  };
}

/** Tries until it works or `signal` says to stop. */
async function connect(
  storage: StorageConfig,
  { log, bootTimeoutMs }: { log: Logger; bootTimeoutMs: number },
  signal: AbortSignal,
): Promise<Queues> {
  const onError = complainOnce(log);
  for (let tries = 0; ; tries += 1) {
    const queues: Queues = {
      snapshot: openQueue(storage, jobPolicies.snapshot.queue, commandTimeoutMs, onError),
      result: openQueue(storage, jobPolicies.result.queue, commandTimeoutMs, onError),
    };
    try {
      const ready = Promise.all(jobKinds.map((kind) => queues[kind].waitUntilReady()));
      await raceAbort(ready, AbortSignal.any([signal, AbortSignal.timeout(bootTimeoutMs)]));
      log.info('queue connected');
      return queues;
    } catch (error) {
      await closeQueues(queues);
      if (signal.aborted) throw new AppError('queue-unavailable', 'closed before the queue was reached', { cause: error });
      log.warn({ err: error, tries: tries + 1 }, 'queue not reached, trying again');
    }
    await pause(Math.min(250 * 2 ** tries, 5_000), signal);
  }
}

async function closeQueues(queues: Queues): Promise<void> {
  await Promise.all(
    jobKinds.map(async (kind) => {
      try {
        await raceAbort(queues[kind].close(), AbortSignal.timeout(closeTimeoutMs));
      } catch {
        queues[kind].disconnect().catch(() => undefined);
      }
    }),
  );
}
