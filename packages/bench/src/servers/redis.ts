import { Redis } from 'ioredis';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { externalServer, freePort, onPath, startServer, type Server, type ServerOptions } from './server.ts';

/** Why there is no Redis here, or undefined. */
export function redisMissing(env: Env, { own = false }: ServerOptions = {}): string | undefined {
  return (!own && env['REDIS_URL']) || onPath('redis-server') ? undefined : 'no REDIS_URL, and no redis-server on the PATH';
}

/**
 * The Redis of REDIS_URL, else one of our own as production should have it: append-only file written each second, no eviction. While a sync
 * takes longer than that, Redis answers before it writes (flushAppendOnlyFile): whoever kills it then and counts needs `always`.
 */
export async function startRedis(
  env: Env,
  { own = false, within }: ServerOptions = {},
  appendfsync: 'everysec' | 'always' = 'everysec',
): Promise<Server> {
  const reason = redisMissing(env, { own });
  if (reason !== undefined) throw new AppError('config-invalid', reason);
  if (env['REDIS_URL'] && !own) return externalServer(env['REDIS_URL']);
  const port = await freePort();
  const url = `redis://127.0.0.1:${String(port)}`;
  const settings = { port, bind: '127.0.0.1', save: '', appendonly: 'yes', appendfsync, 'maxmemory-policy': 'noeviction' };
  return startServer({
    url,
    within,
    command: (dir) => ['redis-server', ...Object.entries({ ...settings, dir }).flatMap(([name, value]) => [`--${name}`, String(value)])],
    probe: async () => pingRedis(url),
  });
}

/** Resolves if a Redis answers there. */
export async function pingRedis(url: string): Promise<void> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0, connectTimeout: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } finally {
    client.disconnect();
  }
}
