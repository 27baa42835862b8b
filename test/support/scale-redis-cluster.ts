import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { freePort, startServer, type Server } from '@watchpost/bench/servers/server';
import { Redis } from 'ioredis';
import { until } from './until.ts';

const run = promisify(execFile);

/** A Redis Cluster of three masters on this machine, each with a third of the slots. */
export interface RedisCluster {
  /** All three, comma-separated. */
  urls: string;
  nodes: Server[];
  stop: () => Promise<void>;
}

export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([startNode(), startNode(), startNode()]);
  const hosts = nodes.map(({ url }) => new URL(url).host);
  await run('redis-cli', ['--cluster', 'create', ...hosts, '--cluster-yes']);
  const urls = nodes.map(({ url }) => url);
  await until('every node knows all slots', async () => (await Promise.all(urls.map(isWhole))).every(Boolean));
  return { urls: urls.join(','), nodes, stop: async () => void (await Promise.all(nodes.map(async (node) => node.stop()))) };
}

async function startNode(): Promise<Server> {
  const [port, bus] = [await freePort(), await freePort()];
  const url = `redis://127.0.0.1:${String(port)}`;
  const settings = { port, 'cluster-port': bus, 'cluster-enabled': 'yes', bind: '127.0.0.1', save: '', 'cluster-node-timeout': 2_000 };
  return startServer({
    url,
    command: (dir) => ['redis-server', ...Object.entries({ ...settings, dir }).flatMap(([name, value]) => [`--${name}`, String(value)])],
    probe: async () => void (await ask(url, async (client) => client.ping())),
  });
}

const isWhole = async (url: string): Promise<boolean> =>
  /cluster_state:ok[^]*cluster_known_nodes:3/.test(await ask(url, async (client) => client.cluster('INFO')));

async function ask<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}
