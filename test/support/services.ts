/**
 * The real servers that tests run against. Each is taken from its URL variable where that is set, else started from a binary on this
 * machine; PostgreSQL's is an npm package. Where neither is to be had the suite is skipped and says why; with CI=true it fails.
 */
import { mongoMissing, startMongo } from '@watchpost/bench/servers/mongo';
import { postgresMissing, providePostgres } from '@watchpost/bench/servers/postgres';
import { redisMissing, startRedis } from '@watchpost/bench/servers/redis';
import type { Server, ServerOptions } from '@watchpost/bench/servers/server';

export type { Server as Service, ServerOptions as ServiceOptions } from '@watchpost/bench/servers/server';

export type ServiceName = 'redis' | 'mongo' | 'postgres';

const whatIsMissing = { redis: redisMissing, mongo: mongoMissing, postgres: postgresMissing };

/** Why a server is not to be had, or undefined. `own`: one that the test may kill. */
export const missing = (name: ServiceName, options: ServerOptions = {}): string | undefined => whatIsMissing[name](process.env, options);

export const redis = async (options: ServerOptions = {}): Promise<Server> => startRedis(process.env, options);

/** A replica set of one MongoDB node: transactions and change streams work. */
export const mongoReplicaSet = async (options: ServerOptions = {}): Promise<Server> => startMongo(process.env, 'replica set', options);

/** A standalone MongoDB server: neither transactions nor change streams. */
export const mongoStandalone = async (options: ServerOptions = {}): Promise<Server> => startMongo(process.env, 'standalone', options);

/** A PostgreSQL with an empty database. */
export const postgres = async (options: ServerOptions = {}): Promise<Server> => providePostgres(process.env, options);
