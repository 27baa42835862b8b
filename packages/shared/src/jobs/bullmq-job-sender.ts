import { EventEmitter, once } from 'node:events';
import type { JobsOptions } from 'bullmq';
import type { Logger } from '../observability/logger.ts';
import { retry } from '../retry.ts';
import { raceAbort, throwIfAborted, within } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import type { Metrics } from '../observability/metrics.ts';
import { noTracer, type Tracer } from '../observability/tracing.ts';
import { openQueues, type OpenQueues } from './bullmq-queues.ts';
import { redeliveryWindowMs } from './job-kind.ts';
import { jobDefinitions, jobId, jobKinds, messagingOf, type Job, type JobKind, type JobOf } from './job-kinds.ts';
import type { JobAges, JobBacklog, JobSender } from './job-queue.ts';
import { logConnectionErrors } from './log-connection-errors.ts';
import { oldestOf } from './oldest-job.ts';
import { waitingBefore } from './waiting-before.ts';

export interface JobSenderOptions {
  log: Logger;
  metrics?: Metrics;
  /** Jobs carry the span that sends them. Default: none. */
  tracer?: Tracer;
  /** Connections to PostgreSQL for each kind of jobs, of whoever sends many. Default: all kinds share two. */
  connectionsEach?: number;
  /** Limit for one attempt to reach the queue at start, milliseconds. */
  bootTimeoutMs?: number;
}

type Queues = OpenQueues['queues'];

const states = ['waiting', 'prioritized', 'active', 'delayed', 'failed', 'completed'] as const;

/** BullMQ keeps the waiting jobs that have a priority apart. */
const counted = ({ prioritized = 0, ...counts }: Record<string, number>): Record<string, number> => ({
  ...counts,
  waiting: (counts['waiting'] ?? 0) + prioritized,
});

/** How long to wait for Redis to answer a command that it has accepted; must be shorter than any `timeoutMs` of `send`. Milliseconds. */
const commandTimeoutMs = 1_500;
/** Between two attempts to add a job while the queue is away; Redis restarts within a second. Milliseconds. */
const retryAddMs = 100;
const closeTimeoutMs = 3_000;
/** BullMQ's limit. */
const highestPriority = 2_097_152;
/** Of a job as JSON: it holds references. */
const usualBytes = 16_384;

/**
 * The sending side on BullMQ: Redis if REDIS_URL is set, else PostgreSQL. Returns at once and connects in the background.
 * A finished job keeps its id for 26 hours, longer than Slack repeats a delivery, so that the same job is not run again.
 */
export function createJobSender(
  storage: StorageConfig,
  { log, metrics, tracer = noTracer, connectionsEach, bootTimeoutMs = 10_000 }: JobSenderOptions,
): JobSender & JobBacklog & JobAges {
  const closing = new AbortController();
  const sent = metrics?.histogram('queue_send_seconds', 'Time until the queue had stored a job, or sending failed', ['kind', 'outcome']);
  const connected = connect(storage, { log, connectionsEach, bootTimeoutMs }, closing.signal);
  const queuesSoon = awaitable(connected.then(({ queues }) => queues));

  const add = async (job: Job, signal: AbortSignal): Promise<void> => {
    const options = addOptions(job.kind, job, storage, tracer.traceparent());
    const attempt = async (): Promise<void> => {
      throwIfAborted(closing.signal);
      const queues = await queuesSoon(signal);
      await raceAbort(queues[job.kind].add(job.kind, job, options), signal);
    };
    let lastError: unknown;
    try {
      await retry(
        attempt,
        {
          backoff: { firstMs: retryAddMs, maxMs: retryAddMs },
          onRetry: (error) => {
            lastError = error;
          },
          retryIf: (error) => !closing.signal.aborted && !isRefusal(error),
        },
        signal,
      );
    } catch (error) {
      if (isRefusal(error)) throw new AppError('job-refused', 'the queue can never store this job', { cause: error });
      throw new AppError('queue-unavailable', 'the queue did not accept the job in time', { cause: lastError ?? error });
    }
  };

  const ask = async <T>(question: (queues: Queues) => Promise<T>): Promise<T> => {
    try {
      const signal = AbortSignal.timeout(commandTimeoutMs);
      return await raceAbort(
        queuesSoon(signal).then(async (queues) => question(queues)),
        signal,
      );
    } catch (error) {
      throw new AppError('queue-unavailable', 'the queue does not answer', { cause: error });
    }
  };

  return {
    send: async (job, { timeoutMs }) => {
      const done = sent?.startTimer({ kind: job.kind });
      try {
        const options = { kind: 'producer', attributes: messagingOf(job.kind, jobId(job.kind, job)) } as const;
        await tracer.span(`send ${job.kind}`, options, async () => add(job, AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))));
        done?.({ outcome: 'queued' });
      } catch (error) {
        done?.({ outcome: isRefused(error) ? 'refused' : 'unavailable' });
        throw error;
      }
    },
    ping: async (signal) => {
      try {
        const queues = await queuesSoon(signal);
        // Reads no job: on PostgreSQL even counting the active ones reads those that have finished, too.
        await raceAbort(Promise.all(jobKinds.map(async (kind) => queues[kind].isPaused())), signal);
      } catch (error) {
        throw new AppError('queue-unavailable', 'the queue does not answer', { cause: error });
      }
    },
    counts: async () =>
      ask(async (queues) => {
        const byKind = jobKinds.map(async (kind) =>
          Object.entries(counted(await queues[kind].getJobCounts(...states))).map(([state, count]) => ({ kind, state, count })),
        );
        return (await Promise.all(byKind)).flat();
      }),
    oldest: async () => ask(async (queues) => (await Promise.all(jobKinds.map(async (kind) => oldestOf(kind, queues[kind])))).flat()),
    waitingBefore: async (kind, priority) => ask(async (queues) => waitingBefore(queues[kind], priority)),
    close: async () => {
      closing.abort();
      const opened = await connected.catch(() => undefined);
      await opened?.close(closeTimeoutMs);
    },
  };
}

/**
 * Waits for a promise until a signal aborts, and then leaves nothing behind. A promise that is pending keeps everybody who ever waited
 * for it: while the queue is away that would be each event and each check.
 */
function awaitable<T>(promise: Promise<T>): (signal: AbortSignal) => Promise<T> {
  const settled = new EventEmitter().setMaxListeners(0);
  let isPending = true;
  const settle = (): void => {
    isPending = false;
    settled.emit('settled');
  };
  promise.then(settle, settle);
  return async (signal) => {
    if (isPending) await once(settled, 'settled', { signal });
    return promise;
  };
}

/** BullMQ's own words for jobs that it does not take, and JavaScript's for values that are no JSON. */
const refusals = [/exceeds the limit \d+ bytes/, /^Custom Id cannot /, /serialize a BigInt|circular structure/];
/** Classes of SQLSTATE: data that PostgreSQL never takes (a NUL, half an emoji), and values beyond its limits (an id too long for an index). */
const refusedClasses = ['22', '54'];

/** True for an error about the job itself: the same job would be refused again. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)) {
    return refusedClasses.includes(error.code.slice(0, 2));
  }
  return refusals.some((words) => words.test(error.message));
}

const isRefused = (error: unknown): boolean => error instanceof AppError && error.code === 'job-refused';

function addOptions<K extends JobKind>(
  kind: K,
  job: JobOf<K> & { kind: K },
  { REDIS_URL }: StorageConfig,
  traceparent: string | null,
): JobsOptions {
  const { attempts, backoffMs, priority, delayMs, mostBytes = usualBytes } = jobDefinitions[kind];
  return {
    jobId: jobId(kind, job),
    attempts,
    priority: Math.min(highestPriority, priority?.(job) ?? 0),
    delay: delayMs?.(job) ?? 0,
    backoff: { type: 'exponential', delay: backoffMs, jitter: 0.5 },
    // The count bounds Redis's memory (about 1.5 kB a job). Beyond it, the snapshot's record still prevents a second post. Not on
    // PostgreSQL, where each job that finishes would read all the finished ones to count them.
    removeOnComplete: { age: redeliveryWindowMs / 1_000, ...(REDIS_URL && { count: 250_000 }) },
    removeOnFail: { age: 7 * 86_400, count: 5_000 },
    keepLogs: 0,
    stackTraceLimit: 1,
    sizeLimit: mostBytes,
    ...(traceparent !== null && { telemetry: { metadata: traceparent } }),
  };
}

/** Retries until the queues are open. A BullMQ queue whose first connection failed never recovers, so each attempt opens new ones. */
async function connect(
  storage: StorageConfig,
  { log, connectionsEach, bootTimeoutMs }: { log: Logger; connectionsEach: number | undefined; bootTimeoutMs: number },
  signal: AbortSignal,
): Promise<OpenQueues> {
  const onError = logConnectionErrors(log);
  const connections = connectionsEach === undefined ? { shared: 2 } : { each: connectionsEach };
  const open = async (): Promise<OpenQueues> => {
    const opened = await openQueues(storage, { commandTimeoutMs, onError, connections });
    try {
      const ready = Promise.all(jobKinds.map((kind) => opened.queues[kind].waitUntilReady()));
      await raceAbort(ready, within(signal, bootTimeoutMs));
      return opened;
    } catch (error) {
      await opened.close(closeTimeoutMs);
      throw error;
    }
  };
  const opened = await retry(
    open,
    {
      backoff: { firstMs: 250, maxMs: 5_000 },
      onRetry: (error, next) => log.warn({ err: error, ...next }, 'queue not reachable, retrying'),
    },
    signal,
  );
  log.info('queue connected');
  return opened;
}
