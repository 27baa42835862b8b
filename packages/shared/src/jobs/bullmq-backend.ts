import { Queue, Worker, createPostgresBackend, type Job, type JobsOptions, type PgPool, type Processor, type WorkerOptions } from 'bullmq';
import type { ClientBase } from 'pg';
import { isRedisCluster, queuePrefix, type StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import { backoffMs } from '../retry.ts';
import { raceAbort } from '../wait.ts';
import { openCluster, refuseClusterNode } from './redis-cluster.ts';
import { nextTime } from './times.ts';

/** A job as BullMQ keeps it. */
export type StoredJob = Pick<
  Job,
  | 'id'
  | 'data'
  | 'timestamp'
  | 'attemptsMade'
  | 'opts'
  | 'failedReason'
  | 'finishedOn'
  | 'processedOn'
  | 'delay'
  | 'getState'
  | 'updateProgress'
  | 'retry'
  | 'promote'
  | 'remove'
>;

/** A job scheduler as BullMQ keeps it. */
export interface StoredScheduler {
  key: string;
  pattern?: string | undefined;
  tz?: string | undefined;
}

/** Finished jobs by the minute, as BullMQ keeps them. `count`: of all time; since `prevTS` (milliseconds) it has grown from `prevCount`. */
export interface MinuteCounts {
  meta: { count: number; prevTS: number; prevCount: number };
  data: number[];
}

/** The part of a BullMQ queue that is the same on Redis and on PostgreSQL. */
export interface OpenQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'prioritized' | 'active' | 'delayed' | 'failed' | 'completed')[]): Promise<Record<string, number>>;
  /** The waiting ones of these priorities. On PostgreSQL getJobCounts counts none of priority 0 while the queue is paused. */
  getCountsPerPriority(priorities: number[]): Promise<Record<string, number>>;
  getJob(id: string): Promise<StoredJob | undefined>;
  /** The newest first, or the oldest if `asc`; of delayed ones those whose turn comes last, or first. */
  getJobs(
    states: ('waiting' | 'prioritized' | 'active' | 'delayed' | 'failed')[],
    start: number,
    end: number,
    asc?: boolean,
  ): Promise<StoredJob[]>;
  isPaused(): Promise<boolean>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Of workers that keep them; `data`: a count for each minute, the newest first. */
  getMetrics(type: 'completed' | 'failed', start: number, end: number): Promise<MinuteCounts>;
  getJobSchedulers(start: number, end: number): Promise<StoredScheduler[]>;
  upsertJobScheduler(
    id: string,
    times: { pattern: string; tz: string },
    job: { name: string; data: unknown; opts: JobsOptions },
  ): Promise<unknown>;
  removeJobScheduler(id: string): Promise<boolean>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** The part of a BullMQ worker that is the same on Redis and on PostgreSQL. */
export interface OpenWorker {
  run(): Promise<void>;
  isRunning(): boolean;
  /** Takes no more jobs in this process, and does not wait for the running ones. A read that is under way may still return one. */
  pause(doNotWaitActive: true): Promise<void>;
  resume(): Promise<void>;
  waitUntilReady(): Promise<void>;
  cancelJob(jobId: string, reason?: string): boolean;
  cancelAllJobs(reason?: string): void;
  close(force?: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

/** A worker's events. */
export interface WorkerListeners {
  onError: (error: Error) => void;
  /** Locks that could not be renewed: another worker may have these jobs now. */
  onLocksLost: (jobIds: string[]) => void;
  /** A job whose worker disappeared; it is back in the queue. */
  onStalled: (jobId: string) => void;
  /** A job that is about to fail without reaching a handler, because too many workers disappeared while running it. */
  onDoomed: (job: FailingJob) => void;
  /** A job that failed, in its handler or without reaching one. */
  onFailed: (job: FailingJob | undefined, error: Error) => void;
}

/** The part of a BullMQ job that is left to do once it fails. `data`: its payload. */
export type FailingJob = Pick<Job<unknown>, 'id' | 'data' | 'updateData'>;

/** Reconnect quickly: until then every event is refused, or every job waits. */
const retryStrategy = (attempt: number): number => backoffMs(attempt, { firstMs: 100, maxMs: 2_000 });

/**
 * Without an answer for this long the connection is closed: the client keeps each command until its connection ends, timed out or not,
 * so events would fill the memory while Redis is frozen. Milliseconds.
 */
const silenceMs = 5_000;

/** Times of job schedulers are found as everywhere else: BullMQ's own way differs when clocks change. */
const settings = {
  repeatStrategy: (afterMs: number, { pattern = '', tz = 'UTC' }: { pattern?: string; tz?: string }): number | undefined =>
    nextTime({ pattern, timeZone: tz }, afterMs) ?? undefined,
};

/**
 * A queue to add jobs to. While Redis is away it fails at once instead of keeping jobs in memory; a command that Redis does not
 * answer fails after `commandTimeoutMs` (it may be executed nevertheless). `connections`: to PostgreSQL, its own, or those that it shares with others; one does some hundred commands a second.
 */
export function openQueue(
  storage: StorageConfig,
  name: string,
  commandTimeoutMs: number,
  onError: (error: Error) => void,
  connections: number | PgPool,
): OpenQueue {
  if (storage.REDIS_URL) {
    const limits = { commandTimeout: commandTimeoutMs, socketTimeout: silenceMs };
    const prefix = queuePrefix(storage);
    if (isRedisCluster(storage)) {
      const { client, letGo } = openCluster(storage.REDIS_URL, { ...limits, enableOfflineQueue: false, retryStrategy });
      return onCluster(new Queue(name, { connection: client, prefix, settings }).on('error', onError), letGo);
    }
    const connection = { url: storage.REDIS_URL, enableOfflineQueue: false, maxRetriesPerRequest: 1, ...limits, retryStrategy };
    const queue = new Queue(name, { connection, prefix, settings }).on('error', onError);
    const ready = queue.waitUntilReady.bind(queue);
    const waitUntilReady = async (): Promise<void> => {
      await ready();
      await refuseClusterNode(await queue.getBackend().client);
    };
    return Object.assign(queue, { waitUntilReady });
  }
  const connection = typeof connections === 'number' ? postgresOptions(storage, connections) : connections;
  return new Queue(name, { connection, settings }, createPostgresBackend).on('error', onError);
}

/** Closes a queue, and lets go of it after `timeoutMs` at the latest. */
export async function closeQueue(queue: OpenQueue, timeoutMs: number): Promise<void> {
  // Not awaited: on a client whose server went away, disconnecting may never end.
  await raceAbort(queue.close(), AbortSignal.timeout(timeoutMs)).catch(() => void queue.disconnect().catch(() => undefined));
}

/** A worker that is not running yet. Its connections wait for Redis or PostgreSQL without a limit. */
export function openWorker(
  storage: StorageConfig,
  name: string,
  processor: Processor<unknown, void>,
  options: Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>,
  listeners: WorkerListeners,
): OpenWorker {
  if (storage.REDIS_URL) {
    const own = { ...options, prefix: queuePrefix(storage), settings, autorun: false };
    if (isRedisCluster(storage)) {
      const { client, letGo } = openCluster(storage.REDIS_URL, { enableOfflineQueue: true, retryStrategy });
      return onCluster(listen(new Worker(name, processor, { ...own, connection: client }), listeners), letGo);
    }
    const connection = { url: storage.REDIS_URL, maxRetriesPerRequest: null, retryStrategy };
    return listen(new Worker(name, processor, { ...own, connection }), listeners);
  }
  return listen(
    new Worker(
      name,
      processor,
      { ...options, connection: postgresOptions(storage, connectionsOf(options)), settings, autorun: false },
      createPostgresBackend,
    ),
    listeners,
  );
}

/** BullMQ leaves a client open that it was given: this one goes with its queue, or its worker. */
function onCluster<O extends { close(force?: boolean): Promise<void>; disconnect(): Promise<void> }>(opened: O, letGo: () => void): O {
  const [close, disconnect] = [opened.close.bind(opened), opened.disconnect.bind(opened)];
  return Object.assign(opened, {
    close: async (force?: boolean) => close(force).finally(letGo),
    disconnect: async () => disconnect().finally(letGo),
  });
}

/** Puts a running job back to where it was in its queue, without using up an attempt. */
export type PutBack = (job: Pick<Job, 'moveToDelayed' | 'moveToWait'>, token: string | undefined) => Promise<unknown>;

/** BullMQ's moveToWait puts a job first on Redis, and last on PostgreSQL; there a job that was delayed returns to its old place. */
export function createPutBack(storage: StorageConfig): PutBack {
  if (storage.REDIS_URL) return async (job, token) => job.moveToWait(token);
  return async (job, token) => job.moveToDelayed(Date.now(), token);
}

/** What BullMQ's two worker types have in common: they differ in a type parameter only. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'active', listener: (job: FailingJob & Pick<Job, 'deferredFailure'>) => void): unknown;
  on(event: 'failed', listener: (job: FailingJob | undefined, error: Error) => void): unknown;
}

function listen<W extends Emitter>(worker: W, { onError, onLocksLost, onStalled, onDoomed, onFailed }: WorkerListeners): W {
  worker.on('error', onError);
  worker.on('lockRenewalFailed', onLocksLost);
  worker.on('stalled', onStalled);
  worker.on('active', (job) => {
    if (job.deferredFailure) onDoomed(job);
  });
  worker.on('failed', onFailed);
  return worker;
}

/**
 * For each connection of BullMQ's pool: it looks at its tables on one whose errors nobody hears, and if that broke just then, the process
 * would end. The query on it fails as well, and that is noticed.
 */
const onConnect = (client: ClientBase): void => void client.on('error', () => undefined);

/** There are many kinds of jobs, each with a connection that listens besides, and a server takes a hundred unless it is told otherwise. Pure. */
const connectionsOf = ({ concurrency = 1 }: Pick<WorkerOptions, 'concurrency'>): number => (concurrency > 4 ? 3 : 1);

/** `most`: connections. `migrate`: BullMQ creates its tables, in the schema `bullmq`, if they do not exist. */
export function postgresOptions(storage: StorageConfig, most: number) {
  if (!storage.POSTGRES_URL) throw new AppError('config-invalid', 'REDIS_URL or POSTGRES_URL must be set for the queue');
  return {
    connectionString: storage.POSTGRES_URL,
    migrate: true,
    max: most,
    // Also until one that others use is free: at the start of a busy machine that takes some seconds.
    connectionTimeoutMillis: 15_000,
    // One that was cut without a word would be waited for until the system gives it up, a quarter of an hour.
    query_timeout: 30_000,
    keepAlive: true,
    onConnect,
  };
}
