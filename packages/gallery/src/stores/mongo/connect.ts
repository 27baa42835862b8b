import { MongoClient, type Db } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';

export interface MongoConnection {
  db: Db;
  /** Whether there are change streams: on a replica set or a sharded cluster, not on a standalone server. */
  changeStreams: boolean;
  close: () => Promise<void>;
}

/**
 * Connects to the database in the connection string, or to `watchpost` if it names none. Other databases on the server (the Python
 * service's `facial_embeddings`) are not touched. Rejects with `gallery-unavailable`.
 */
export async function connectMongo(url: string, signal: AbortSignal): Promise<MongoConnection> {
  const client = new MongoClient(url, {
    appName: 'watchpost',
    maxPoolSize: 10,
    connectTimeoutMS: 5_000,
    serverSelectionTimeoutMS: 5_000,
    socketTimeoutMS: 30_000,
    waitQueueTimeoutMS: 5_000,
    ignoreUndefined: true,
    writeConcern: { w: 'majority', journal: true, wtimeoutMS: 5_000 },
  });
  const db = client.db(databaseName(url));
  const hello = await guardMongo(() => db.command({ hello: 1 }), signal).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  return { db, changeStreams: 'setName' in hello || hello['msg'] === 'isdbgrid', close: () => client.close() };
}

/** The database in a connection string, or `watchpost`. */
export function databaseName(url: string): string {
  const named = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  return named ? decodeURIComponent(named) : 'watchpost';
}

/** Runs one operation; errors of the database or the connection become `gallery-unavailable`. */
export async function guardMongo<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  if (signal) throwIfAborted(signal);
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError || signal?.aborted) throw error;
    throw new AppError('gallery-unavailable', 'the operation on MongoDB failed', { cause: error });
  }
}

/** Whether a write failed only because the document exists already. */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const writeErrors: unknown = 'writeErrors' in error ? error.writeErrors : undefined;
  if (Array.isArray(writeErrors) && writeErrors.length > 0) return writeErrors.every((each: unknown) => codeOf(each) === 11_000);
  return codeOf(error) === 11_000;
}

/** Whether an index of this name or these keys exists with another definition: IndexOptionsConflict, IndexKeySpecsConflict. */
export function isIndexConflict(error: unknown): boolean {
  const code = codeOf(error instanceof AppError ? error.cause : error);
  return code === 85 || code === 86;
}

function codeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
}
