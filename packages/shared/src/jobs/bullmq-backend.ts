import { Queue, Worker, createPostgresBackend, type JobsOptions, type Processor, type WorkerOptions } from 'bullmq';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';

/** In front of all our keys in Redis, so that another BullMQ on the same server is not in the way. */
export const redisPrefix = 'watchpost';

/** The part of a BullMQ queue that is the same on Redis and on PostgreSQL. */
export interface OpenQueue {
  add(name: string, data: unknown, options: JobsOptions): Promise<unknown>;
  getJobCounts(...states: ('waiting' | 'prioritized' | 'active' | 'delayed' | 'failed' | 'completed')[]): Promise<Record<string, number>>;
  isPaused(): Promise<boolean>;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

/** The part of a BullMQ worker that is the same on Redis and on PostgreSQL. */
export interface OpenWorker {
  run(): Promise<void>;
  isRunning(): boolean;
  waitUntilReady(): Promise<void>;
  cancelJob(jobId: string, reason?: string): boolean;
  cancelAllJobs(reason?: string): void;
  close(force?: boolean): Promise<void>;
  disconnect(): Promise<void>;
}

/** What a worker tells while it works. */
export interface WorkerListeners {
  onError: (error: Error) => void;
  /** Locks that could not be renewed: somebody else may have these jobs now. */
  onLocksLost: (jobIds: string[]) => void;
  /** A job whose worker went away; it waits for another one. */
  onStalled: (jobId: string) => void;
  /** A job that failed, by its handler or without one being asked. `data`: its payload. */
  onFailed: (job: { id: string | undefined; data: unknown }, error: Error) => void;
}

/** Reconnects are quick: while they are out, every event is refused or every job waits. Milliseconds. */
const reconnectAfterMs = (times: number): number => Math.min(50 * 2 ** times, 2_000);

/**
 * A queue for adding. It refuses at once while Redis is away instead of keeping jobs in memory, and gives a command up
 * after `commandTimeoutMs` where Redis takes it and does not answer (the command may be carried out all the same).
 */
export function openQueue(storage: StorageConfig, name: string, commandTimeoutMs: number, onError: (error: Error) => void): OpenQueue {
  if (storage.REDIS_URL) {
    const connection = {
      url: storage.REDIS_URL,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 1,
      commandTimeout: commandTimeoutMs,
      retryStrategy: reconnectAfterMs,
    };
    return new Queue(name, { connection, prefix: redisPrefix }).on('error', onError);
  }
  return new Queue(name, { connection: postgres(storage) }, createPostgresBackend).on('error', onError);
}

/** A worker that is not running yet. Its connections wait for Redis or PostgreSQL as long as it takes. */
export function openWorker(
  storage: StorageConfig,
  name: string,
  processor: Processor<unknown, void>,
  options: Omit<WorkerOptions, 'connection' | 'prefix' | 'autorun'>,
  listeners: WorkerListeners,
): OpenWorker {
  if (storage.REDIS_URL) {
    const connection = { url: storage.REDIS_URL, maxRetriesPerRequest: null, retryStrategy: reconnectAfterMs };
    return listen(new Worker(name, processor, { ...options, connection, prefix: redisPrefix, autorun: false }), listeners);
  }
  return listen(
    new Worker(name, processor, { ...options, connection: postgres(storage), autorun: false }, createPostgresBackend),
    listeners,
  );
}

/** BullMQ's two workers differ in a type parameter only; this is what both have. */
interface Emitter {
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'lockRenewalFailed', listener: (jobIds: string[]) => void): unknown;
  on(event: 'stalled', listener: (jobId: string) => void): unknown;
  on(event: 'failed', listener: (job: { id?: string; data: unknown } | undefined, error: Error) => void): unknown;
}

function listen<W extends Emitter>(worker: W, { onError, onLocksLost, onStalled, onFailed }: WorkerListeners): W {
  worker.on('error', onError);
  worker.on('lockRenewalFailed', onLocksLost);
  worker.on('stalled', onStalled);
  worker.on('failed', (job, error) => onFailed({ id: job?.id, data: job?.data }, error));
  return worker;
}

/** `migrate`: BullMQ makes its tables, in the schema `bullmq`, when they are not there. */
function postgres(storage: StorageConfig) {
  if (!storage.POSTGRES_URL) throw new AppError('config-invalid', 'REDIS_URL or POSTGRES_URL must be set for the queue');
  return { connectionString: storage.POSTGRES_URL, migrate: true, max: 3, connectionTimeoutMillis: 5_000, keepAlive: true };
}
