import type { StorageConfig } from '@watchpost/shared/config/common';
import { Redis } from 'ioredis';
import { withPostgres } from './gallery-backends.ts';

/** Everything that a queue's server holds, as text: keys and values of every type, or the rows of all its tables. */
export async function everythingQueued(storage: StorageConfig): Promise<string> {
  return storage.REDIS_URL === undefined ? inPostgres(storage) : inRedis(storage.REDIS_URL);
}

async function inRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const all = await Promise.all((await redis.keys('*')).map(async (key) => [key, await valueOf(redis, key)]));
    return JSON.stringify(all);
  } finally {
    redis.disconnect();
  }
}

async function valueOf(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key);
  if (type === 'hash') return redis.hgetall(key);
  if (type === 'list') return redis.lrange(key, 0, -1);
  if (type === 'set') return redis.smembers(key);
  if (type === 'zset') return redis.zrange(key, '0', '-1');
  if (type === 'stream') return redis.xrange(key, '-', '+');
  return redis.get(key);
}

async function inPostgres(storage: StorageConfig): Promise<string> {
  const found: unknown[] = [];
  await withPostgres(storage, async (client) => {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq'`,
    );
    for (const { name } of tables) found.push(name, (await client.query(`SELECT t::text FROM ${name} t`)).rows);
  });
  return JSON.stringify(found);
}
