import { DEFAULT_SCHEMA, isPgPool, quoteSchemaName, runMigrations, type PgPool } from 'bullmq';
import type { StorageConfig } from '../config/common.ts';
import { AppError } from '../errors.ts';
import { raceAbort } from '../wait.ts';
import { closeQueue, openQueue, postgresOptions, type OpenQueue } from './bullmq-backend.ts';
import { jobDefinitions, perKind, type JobKind } from './job-kinds.ts';

/** The queues of all kinds of jobs. */
export interface OpenQueues {
  queues: Record<JobKind, OpenQueue>;
  /** Resolves after `timeoutMs` at the latest for each step. */
  close(timeoutMs: number): Promise<void>;
}

export interface QueuesOptions {
  commandTimeoutMs: number;
  onError: (error: Error) => void;
  /** To PostgreSQL: as many for each kind, or as many for all of them together. */
  connections: { each: number } | { shared: number };
}

/** Opens a queue for each kind of jobs. They are not connected yet. */
export async function openQueues(storage: StorageConfig, { commandTimeoutMs, onError, connections }: QueuesOptions): Promise<OpenQueues> {
  const shared = 'shared' in connections ? await shareConnections(storage, connections.shared) : null;
  const most = shared?.pool ?? ('each' in connections ? connections.each : 1);
  const queues = perKind((kind) => openQueue(storage, jobDefinitions[kind].queue, commandTimeoutMs, onError, most));
  return {
    queues,
    close: async (timeoutMs) => {
      await Promise.all(Object.values(queues).map((queue) => closeQueue(queue, timeoutMs)));
      await shared?.close(timeoutMs);
    },
  };
}

/** Connections to PostgreSQL that several queues share. */
export interface SharedConnections {
  pool: PgPool;
  /** After the queues. Resolves after `timeoutMs` at the latest. */
  close(timeoutMs: number): Promise<void>;
}

/** `most`: so many at a time. Resolves with null where the queue is on Redis. */
export async function shareConnections(storage: StorageConfig, most: number): Promise<SharedConnections | null> {
  if (storage.REDIS_URL || !storage.POSTGRES_URL) return null;
  const { default: pg } = await import('pg');
  const { migrate: _, ...options } = postgresOptions(storage, most);
  let isMigrated = false;
  const pool = new pg.Pool({
    ...options,
    // As BullMQ does it with connections of its own.
    options: `-c search_path=${quoteSchemaName(DEFAULT_SCHEMA)}`,
    verify: (client, answer) => {
      const migrated = isMigrated ? Promise.resolve() : runMigrations(client, DEFAULT_SCHEMA).then(() => void (isMigrated = true));
      migrated.then(() => answer(), answer);
    },
  });
  // Each queue listens for its errors, and before the first one there is nobody.
  pool.setMaxListeners(0).on('error', () => undefined);
  // What @types/pg says of a pool is narrower than what BullMQ says.
  if (!isPgPool(pool)) throw new AppError('internal', 'pg.Pool is no pool for BullMQ');
  let closed: Promise<void> | undefined;
  return {
    pool,
    close: async (timeoutMs) => {
      closed ??= pool.end();
      // Not awaited for ever: a server that hangs answers none who still ask.
      await raceAbort(closed, AbortSignal.timeout(timeoutMs)).catch(() => undefined);
    },
  };
}

const ignore = (): void => undefined;

/**
 * A queue whose connection errors nobody hears, because somebody else logs the same ones. It may be opened and closed again and again: BullMQ never
 * takes its listener back from connections that are shared, and would keep each queue in memory.
 */
export function openUnheard(storage: StorageConfig, name: string, commandTimeoutMs: number, shared: SharedConnections | null): OpenQueue {
  const queue = openQueue(storage, name, commandTimeoutMs, ignore, shared?.pool ?? 1);
  shared?.pool.removeAllListeners('error').on('error', ignore);
  return queue;
}
