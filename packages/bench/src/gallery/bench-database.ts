import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { MongoClient } from 'mongodb';
import { startMongo } from '../servers/mongo.ts';
import { providePostgres } from '../servers/postgres.ts';

/** A gallery database for a measurement, empty at first. */
export interface BenchDatabase {
  storage: StorageConfig;
  /** For the report. */
  kind: string;
  /** Removes what the measurement wrote. */
  stop(): Promise<void>;
}

/**
 * MongoDB if MONGO_CONNECTION_STRING or MONGOMS_SYSTEM_BINARY (a mongod to start, as a replica set of one) is set, with a database of its
 * own. Otherwise PostgreSQL: a database of its own on POSTGRES_URL, or an embedded server.
 */
export async function openBenchDatabase(env: Env): Promise<BenchDatabase> {
  const { MONGO_CONNECTION_STRING: url, MONGOMS_SYSTEM_BINARY: binary } = env;
  if (!url && !binary) {
    const { url: own, stop } = await providePostgres(env, { durable: true });
    return { storage: { POSTGRES_URL: own }, kind: env['POSTGRES_URL'] ? 'PostgreSQL' : 'embedded PostgreSQL', stop };
  }
  const server = await startMongo(env, url ? 'as given' : 'replica set');
  return { storage: { MONGO_CONNECTION_STRING: server.url }, kind: await describeMongo(server.url), stop: server.stop };
}

async function describeMongo(url: string): Promise<string> {
  const client = new MongoClient(url);
  try {
    const version: unknown = (await client.db().admin().serverInfo())['version'];
    const isReplicaSet = 'setName' in (await client.db().command({ hello: 1 }));
    return `MongoDB ${String(version)}, ${isReplicaSet ? 'replica set' : 'standalone'}`;
  } finally {
    await client.close();
  }
}
