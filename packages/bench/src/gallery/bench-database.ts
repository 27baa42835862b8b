import { connectMongo } from '@watchpost/gallery/stores/mongo/connect';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { startMongo } from '../servers/mongo.ts';
import { startPostgres } from '../servers/postgres.ts';

/** A gallery database for a measurement, empty at first. */
export interface BenchDatabase {
  storage: StorageConfig;
  /** For the report. */
  kind: string;
  /** Removes what the measurement wrote. */
  stop(): Promise<void>;
}

/**
 * MongoDB where MONGO_CONNECTION_STRING or MONGOMS_SYSTEM_BINARY (a mongod to start) is set: a database of its own, on a replica set of
 * one where it is started. Else PostgreSQL: a database of its own on POSTGRES_URL, or an embedded server.
 */
export async function openBenchDatabase(env: Env, signal: AbortSignal): Promise<BenchDatabase> {
  const { MONGO_CONNECTION_STRING: url, MONGOMS_SYSTEM_BINARY: binary } = env;
  if (!url && !binary) {
    const { url: own, stop } = await startPostgres(env, { durable: true });
    return { storage: { POSTGRES_URL: own }, kind: env['POSTGRES_URL'] ? 'PostgreSQL' : 'embedded PostgreSQL', stop };
  }
  const server = await startMongo(env, url ? 'as given' : 'replica set');
  return { storage: { MONGO_CONNECTION_STRING: server.url }, kind: await describeMongo(server.url, signal), stop: server.stop };
}

async function describeMongo(url: string, signal: AbortSignal): Promise<string> {
  const { db, changeStreams, close } = await connectMongo(url, {}, signal);
  try {
    const version: unknown = (await db.admin().serverInfo())['version'];
    return `MongoDB ${String(version)}, ${changeStreams ? 'replica set' : 'standalone'}`;
  } finally {
    await close();
  }
}
