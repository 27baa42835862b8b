import { Cluster } from 'ioredis';
import { redisUrls } from '../config/common.ts';
import { AppError } from '../errors.ts';
import { parseUrl } from '../parse-url.ts';

interface ClusterLimits {
  /** Whether commands wait for a connection. */
  enableOfflineQueue: boolean;
  /** Of one command, milliseconds. */
  commandTimeout?: number;
  /** Without an answer for this long a connection is closed, milliseconds. */
  socketTimeout?: number;
  /** Milliseconds until the next try, by the number of tries. */
  retryStrategy: (attempt: number) => number;
}

/**
 * A client of a Redis Cluster. `urls`: one of its nodes or several, comma-separated; user, password and TLS are those of the first one.
 * `letGo` closes its connections at once.
 */
export function openCluster(
  urls: string,
  { enableOfflineQueue, retryStrategy, ...limits }: ClusterLimits,
): { client: Cluster; letGo: () => void } {
  const nodes = redisUrls(urls).flatMap((url) => parseUrl(url) ?? []);
  const [first] = nodes;
  if (!first) throw new AppError('config-invalid', 'REDIS_URL names no node of a Redis Cluster');
  const isTls = first.protocol === 'rediss:';
  const redisOptions = {
    ...limits,
    ...(first.username && { username: decodeURIComponent(first.username) }),
    ...(first.password && { password: decodeURIComponent(first.password) }),
    ...(isTls && { tls: {} }),
  };
  const client = new Cluster(
    nodes.map(({ hostname, port }) => ({ host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? 6_379 : Number(port) })),
    {
      enableOfflineQueue,
      clusterRetryStrategy: retryStrategy,
      redisOptions,
      // A node's certificate bears its name: the client must connect by that, not by the address that it stands for.
      ...(isTls && { dnsLookup: (address: string, done: (error: null, address: string) => void) => done(null, address) }),
    },
  );
  return { client, letGo: () => client.disconnect() };
}

/**
 * A client for one server cannot use a node of a Cluster: each command for a key that is elsewhere would fail. Throws `config-invalid` with
 * what to do, where `client` is connected to one.
 */
export async function refuseClusterNode(client: { info(): Promise<string> }): Promise<void> {
  if (/^redis_mode:cluster/m.test(await client.info()))
    throw new AppError('config-invalid', 'REDIS_URL names a node of a Redis Cluster: set REDIS_CLUSTER=on');
}
