import { Redis } from 'ioredis';
import { z } from 'zod';
import { isRedisCluster, queuePrefix, redisUrls, type QueueAddress } from '../config/common.ts';
import { AppError } from '../errors.ts';
import { parseUrl } from '../parse-url.ts';
import { raceAbort } from '../wait.ts';

/** What one server of the queue says about itself. */
export interface RedisFacts {
  /** Host and port. */
  host: string;
  version: string;
  /** `cluster`: a node of a Redis Cluster. */
  mode: string;
  /** `master`, or `slave`. */
  role: string;
  /** What it does when its memory is full; `unknown` where it does not say. */
  evictionPolicy: string;
  /** Bytes; a limit of 0: none. */
  memory: { used: number; limit: number; ofMachine: number };
  /** `fsync`: null where the server does not say. `snapshots`: when an RDB file is written; null where the server does not say. */
  persistence: { appendOnly: boolean; fsync: string | null; snapshots: string | null; lastAppendFailed: boolean; lastSaveFailed: boolean };
  clients: { connected: number; most: number };
  /** With which the queue's keys begin, before a colon. */
  prefix: string;
  /** Commands of the queue that our user may not use on its keys. */
  forbidden: string[];
  /** Of the server, milliseconds since 1970; and when it was asked, by our clock. */
  clock: { theirsMs: number; oursMs: number };
  /** Of five commands, the middle one, milliseconds. */
  answerMs: number;
  /** Of a Cluster: whether all its slots are served; null for a single server. */
  isWhole: boolean | null;
}

const connectTimeoutMs = 4_000;
const slotsSchema = z.array(z.tuple([z.number(), z.number(), z.tuple([z.string(), z.number()]).rest(z.unknown())]).rest(z.unknown()));

/** Asks the queue's Redis, or each master of the Cluster that one of its addresses leads to. Rejects with `queue-unavailable`. */
export async function readRedisFacts(address: QueueAddress, signal: AbortSignal): Promise<RedisFacts[]> {
  const urls = redisUrls(address.REDIS_URL ?? '').flatMap((url) => parseUrl(url) ?? []);
  const readFacts = async (client: Redis, url: URL): Promise<RedisFacts> => readServer(client, url, queuePrefix(address));
  if (!isRedisCluster(address)) return Promise.all(urls.map(async (url) => askServer(url, readFacts, signal)));
  const masters = await mastersOf(urls, signal);
  return Promise.all(masters.map(async (url) => askServer(url, readFacts, signal)));
}

/** Of the first node that answers. Where it is none of a Cluster: itself. */
async function mastersOf(urls: readonly URL[], signal: AbortSignal): Promise<URL[]> {
  let lastError: unknown;
  for (const url of urls) {
    try {
      return await askServer(
        url,
        async (client) => {
          if (!/^redis_mode:cluster/m.test(await client.info('server'))) return [url];
          const hosts = slotsSchema.parse(await client.cluster('SLOTS')).map(([, , [host, port]]) => `${host}:${String(port)}`);
          return [...new Set(hosts)].map((host) => {
            const node = new URL(url);
            node.host = host;
            return node;
          });
        },
        signal,
      );
    } catch (error) {
      lastError = error;
    }
  }
  throw lastError;
}

async function askServer<T>(url: URL, ask: (client: Redis, url: URL) => Promise<T>, signal: AbortSignal): Promise<T> {
  const client = new Redis(url.href, {
    lazyConnect: true,
    connectTimeout: connectTimeoutMs,
    commandTimeout: connectTimeoutMs,
    maxRetriesPerRequest: 0,
    // One that is loading its data says so.
    enableReadyCheck: false,
    retryStrategy: () => null,
  });
  let broken: Error | undefined;
  client.on('error', (error: Error) => {
    broken = error;
  });
  try {
    await raceAbort(client.connect(), signal);
    return await raceAbort(ask(client, url), signal);
  } catch (error) {
    const reason = broken ?? (error instanceof Error ? error : undefined);
    const what = reason?.message.startsWith('NOPERM') ? 'refuses our user what it needs' : 'does not answer';
    throw new AppError('queue-unavailable', `Redis at ${url.host} ${what}: ${reason?.message ?? String(error)}`, { cause: error });
  } finally {
    client.disconnect();
  }
}

async function readServer(client: Redis, url: URL, prefix: string): Promise<RedisFacts> {
  const told = fieldsOf(await client.info());
  const number = (name: string): number => Number(told.get(name) ?? 0);
  const mode = told.get('redis_mode') ?? 'standalone';
  const oursMs = Date.now();
  const [seconds = 0, micros = 0] = await client.time();
  const answers: number[] = [];
  for (let ping = 0; ping < 5; ping += 1) {
    const startedAtMs = performance.now();
    await client.ping();
    answers.push(performance.now() - startedAtMs);
  }
  return {
    host: url.host,
    version: told.get('redis_version') ?? '0',
    mode,
    role: told.get('role') ?? 'master',
    evictionPolicy: told.get('maxmemory_policy') ?? 'unknown',
    memory: { used: number('used_memory'), limit: number('maxmemory'), ofMachine: number('total_system_memory') },
    persistence: {
      appendOnly: told.get('aof_enabled') === '1',
      fsync: await settingOf(client, 'appendfsync'),
      snapshots: await settingOf(client, 'save'),
      lastAppendFailed: told.get('aof_last_write_status') === 'err',
      lastSaveFailed: told.get('rdb_last_bgsave_status') === 'err',
    },
    clients: { connected: number('connected_clients'), most: number('maxclients') },
    prefix,
    forbidden: await forbiddenTo(client, `${prefix}:doctor`),
    clock: { theirsMs: seconds * 1_000 + micros / 1_000, oursMs },
    answerMs: answers.toSorted((a, b) => a - b)[2] ?? 0,
    isWhole: mode === 'cluster' ? /^cluster_state:ok/m.test(await client.cluster('INFO')) : null,
  };
}

/** Of what the queue asks for, one command of each kind. */
const commandsOn = (key: string): [string, ...string[]][] => [
  ['EVAL', 'return 1', '1', key],
  ['HSET', key, 'a', '1'],
  ['HGETALL', key],
  ['RPUSH', key, '1'],
  ['ZADD', key, '1', '1'],
  ['BZPOPMIN', key, '1'],
  ['XADD', key, '*', 'a', '1'],
  ['INCR', key],
  ['DEL', key],
];

/** A server says while it collects a transaction what is forbidden in it; this one is dropped, so that nothing is done. */
async function forbiddenTo(client: Redis, key: string): Promise<string[]> {
  const forbidden: string[] = [];
  await client.call('MULTI');
  for (const [command, ...words] of commandsOn(key))
    await client.call(command, ...words).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOPERM')) forbidden.push(command);
    });
  await client.call('DISCARD');
  return forbidden;
}

const fieldsOf = (info: string): Map<string, string> =>
  new Map(
    info
      .split(/\r?\n/)
      .flatMap((line) => (line.includes(':') ? [[line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]] : [])),
  );

/** Null: whoever runs the server lets nobody ask, as providers do. */
async function settingOf(client: Redis, name: string): Promise<string | null> {
  const answer = z.array(z.string()).safeParse(await client.config('GET', name).catch(() => null));
  return answer.data?.[1] ?? null;
}
