/**
 * The real servers that tests run against. Each is taken from its URL variable where that is set, else started from a binary on this
 * machine; PostgreSQL's is an npm package. Where neither is to be had the suite is skipped and says why; with CI=true it fails.
 * Suites share a started MongoDB or PostgreSQL, and have a database of their own on it, unless they ask for a server of their `own`.
 */
import { statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mongoMissing, startMongo } from '@watchpost/bench/servers/mongo';
import { postgresMissing, providePostgres } from '@watchpost/bench/servers/postgres';
import { redisMissing, startRedis } from '@watchpost/bench/servers/redis';
import type { Server, ServerOptions } from '@watchpost/bench/servers/server';
import { deployToolsMissing, type DeployTool } from './deploy-tools.ts';
import { destinationServersMissing, type DestinationServer } from './destination-servers.ts';

export type { Server as Service, ServerOptions as ServiceOptions } from '@watchpost/bench/servers/server';

export type ServiceName = 'redis' | 'mongo' | 'postgres' | DestinationServer | DeployTool;

const whatIsMissing: Record<ServiceName, (env: NodeJS.ProcessEnv, options: ServerOptions) => string | undefined> = {
  redis: redisMissing,
  mongo: mongoMissing,
  postgres: postgresMissing,
  ...destinationServersMissing,
  ...deployToolsMissing,
};

/** Why a server is not to be had, or undefined. `own`: one that the test may kill. */
export const missing = (name: ServiceName, options: ServerOptions = {}): string | undefined => whatIsMissing[name](process.env, options);

/** In memory where that has room for the data of many servers: waiting for the disk takes a third of the time of the suites on databases. */
const within = roomInMemory('/dev/shm') ? '/dev/shm' : tmpdir();

function roomInMemory(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize > 4_000_000_000;
  } catch {
    return false;
  }
}

export const redis = async (options: ServerOptions = {}): Promise<Server> => startRedis(process.env, { within, ...options });

/** Started once in each process that runs tests, and ended with it: a server takes a second of a core to start. */
const shared = new Map<string, Promise<Server>>();

async function sharedUrl(name: string, start: () => Promise<Server>): Promise<string> {
  const server = shared.get(name) ?? start();
  shared.set(name, server);
  return (await server).url;
}

async function mongo(kind: 'replica set' | 'standalone', options: ServerOptions): Promise<Server> {
  const start = async (more: ServerOptions): Promise<Server> => startMongo(process.env, kind, { within, ...more });
  if (options.own || process.env['MONGO_CONNECTION_STRING']) return start(options);
  return startMongo({ MONGO_CONNECTION_STRING: await sharedUrl(kind, async () => start({ own: true })) }, kind);
}

/** A replica set of one MongoDB node: transactions and change streams work. */
export const mongoReplicaSet = async (options: ServerOptions = {}): Promise<Server> => mongo('replica set', options);

/** A standalone MongoDB server: neither transactions nor change streams. */
export const mongoStandalone = async (options: ServerOptions = {}): Promise<Server> => mongo('standalone', options);

/** A PostgreSQL with an empty database. */
export async function postgres(options: ServerOptions = {}): Promise<Server> {
  const start = async (more: ServerOptions): Promise<Server> => providePostgres(process.env, { within, ...more });
  if (options.own || process.env['POSTGRES_URL']) return start(options);
  return providePostgres({ POSTGRES_URL: await sharedUrl('postgres', async () => start({ own: true })) });
}
