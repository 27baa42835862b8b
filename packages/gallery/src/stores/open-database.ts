import type { StorageConfig } from '@watchpost/shared/config/common';
import { assertReadable, epochId, epochKind } from '@watchpost/shared/documents/epoch';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { Database } from './database.ts';

export interface OpenDatabaseOptions {
  log: Logger;
  /** How long sightings are kept, milliseconds. */
  sightingsKeepMs?: number;
}

/** Milliseconds. */
export const defaultSightingsKeepMs = 30 * 24 * 3_600_000;

/**
 * Opens the database that the configuration names: MongoDB if it has a connection string, otherwise PostgreSQL. Creates missing
 * tables and indexes. Rejects with `gallery-unavailable`, and with `database-newer` where a newer release keeps the documents.
 */
export async function openDatabase(
  config: StorageConfig,
  { log, sightingsKeepMs = defaultSightingsKeepMs }: OpenDatabaseOptions,
  signal: AbortSignal,
): Promise<Database> {
  const options = { log, sightingsKeepMs };
  // Each driver takes its share of the time and the memory of a start: only the one that is used is loaded.
  const open = async (): Promise<Database> => {
    if (config.MONGO_CONNECTION_STRING) return (await import('./mongo/open.ts')).openMongo(config.MONGO_CONNECTION_STRING, options, signal);
    if (config.POSTGRES_URL) return (await import('./postgres/open.ts')).openPostgres(config.POSTGRES_URL, options, signal);
    throw new AppError('config-invalid', 'MONGO_CONNECTION_STRING or POSTGRES_URL must be set for the database');
  };
  const database = await open();
  try {
    assertReadable((await database.documents.get(epochKind, epochId, signal)).document);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}
