import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import type { Env } from '@watchpost/shared/config/parse-env';
import { startMongo } from './mongo.ts';
import { providePostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

/** The servers that ingest and worker use. */
export interface Shape {
  env: Record<string, string>;
  /** How many connections the servers have. */
  connections: () => Promise<number>;
  stop: () => Promise<void>;
}

export const shapeNames = ['redis-mongo', 'postgres'] as const;

export async function openShape(name: (typeof shapeNames)[number], env: Env): Promise<Shape> {
  return name === 'postgres' ? openPostgres() : openRedisAndMongo(env);
}

async function openPostgres(): Promise<Shape> {
  const server = await providePostgres({}, { own: true });
  const client = new Client({ connectionString: server.url });
  await client.connect();
  return {
    env: { POSTGRES_URL: server.url },
    connections: async () => Number((await client.query('SELECT count(*) AS n FROM pg_stat_activity')).rows[0]?.n),
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}

async function openRedisAndMongo(env: Env): Promise<Shape> {
  const redis = await startRedis({}, { own: true });
  const mongo = await startMongo(env, 'replica set', { own: true });
  const redisClient = new Redis(redis.url);
  const mongoClient = await new MongoClient(mongo.url).connect();
  return {
    env: { REDIS_URL: redis.url, MONGO_CONNECTION_STRING: mongo.url },
    connections: async () => {
      const status = await mongoClient.db('admin').command({ serverStatus: 1 });
      const clients = /^connected_clients:(\d+)/m.exec(await redisClient.info('clients'))?.[1];
      return Number(status['connections'].current) + Number(clients);
    },
    stop: async () => {
      redisClient.disconnect();
      await mongoClient.close();
      await redis.stop();
      await mongo.stop();
    },
  };
}
