import { MongoClient, type Db } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';

export interface MongoConnection {
  db: Db;
  /** Change streams are offered: a replica set or a sharded cluster, not a standalone server. */
  changeStreams: boolean;
  close: () => Promise<void>;
}

export interface MongoOptions {
  /** Operations at the same time. Default 10. */
  maxPoolSize?: number;
}

/**
 * One client for the process. The database is the one that the connection string names, `watchpost` where it names none;
 * other databases on the server (the old service's `facial_embeddings`) are left alone. Rejects with `gallery-unavailable`.
 */
export async function connectMongo(url: string, { maxPoolSize = 10 }: MongoOptions, signal: AbortSignal): Promise<MongoConnection> {
  const client = new MongoClient(url, {
    appName: 'watchpost',
    maxPoolSize,
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

/** The database named in a connection string, else `watchpost`. */
export function databaseName(url: string): string {
  const named = /^mongodb(?:\+srv)?:\/\/[^/?]+\/([^?]+)/.exec(url)?.[1];
  return named ? decodeURIComponent(named) : 'watchpost';
}

/** Runs one operation; what the database or the way to it did wrong becomes `gallery-unavailable`. */
export async function guardMongo<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  signal?.throwIfAborted();
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError || signal?.aborted) throw error;
    throw new AppError('gallery-unavailable', 'MongoDB did not do what was asked', { cause: error });
  }
}

/** Whether a write failed because the document is there already, and for no other reason. */
export function isDuplicateKey(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const writeErrors: unknown = 'writeErrors' in error ? error.writeErrors : undefined;
  if (Array.isArray(writeErrors) && writeErrors.length > 0) return writeErrors.every((each: unknown) => codeOf(each) === 11_000);
  return codeOf(error) === 11_000;
}

function codeOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'code' in value ? value.code : undefined;
}
