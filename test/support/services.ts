/**
 * The real servers that tests run against. Each is taken from its URL variable where that is set, else started from a
 * binary found on this machine. Where neither is to be had the suite is skipped and says why; with CI=true it fails.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { startDatabaseProcess } from '@watchpost/standalone/processes/database-process';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { until } from './until.ts';

export interface Service {
  /** Connection URL. A MongoDB URL names a database of its own. */
  url: string;
  /** Stops it and removes its data. */
  stop(): Promise<void>;
  /** `kill -9`; the data stays. */
  kill(): Promise<void>;
  /** Starts it again with its data, at the same URL, after `kill`. */
  restart(): Promise<void>;
  /** SIGSTOP: it keeps its connections and answers nothing. */
  pause(): void;
  /** SIGCONT. */
  resume(): void;
}

export interface ServiceOptions {
  /** Never one from a URL variable: the test kills or stops it. */
  own?: boolean;
}

export type ServiceName = 'redis' | 'mongo';

const binaries: Record<ServiceName, () => string | undefined> = {
  redis: () => onPath('redis-server'),
  mongo: () => process.env['MONGOMS_SYSTEM_BINARY'] ?? onPath('mongod'),
};
const urlVariables: Record<ServiceName, string> = { redis: 'REDIS_URL', mongo: 'MONGO_CONNECTION_STRING' };
const reasons: Record<ServiceName, string> = {
  redis: 'no REDIS_URL, and no redis-server on the PATH',
  mongo: 'no MONGO_CONNECTION_STRING, and no mongod on the PATH or in MONGOMS_SYSTEM_BINARY',
};

/** Why a server is not to be had, or undefined. `own`: one that the test may kill. */
export function missing(name: ServiceName, { own = false }: ServiceOptions = {}): string | undefined {
  return (!own && process.env[urlVariables[name]]) || binaries[name]() ? undefined : reasons[name];
}

/** A Redis with an append-only file and no eviction. */
export async function redis({ own = false }: ServiceOptions = {}): Promise<Service> {
  const given = process.env['REDIS_URL'];
  if (given && !own) return external(given);
  const port = await freePort();
  const url = `redis://127.0.0.1:${String(port)}`;
  return startServer(
    url,
    (dir) => [
      need('redis'),
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--dir',
      dir,
      '--save',
      '',
      '--appendonly',
      'yes',
      '--maxmemory-policy',
      'noeviction',
    ],
    async () => {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.ping();
      } finally {
        client.disconnect();
      }
    },
  );
}

/** A replica set of one MongoDB node: transactions and change streams work. */
export async function mongoReplicaSet(options: ServiceOptions = {}): Promise<Service> {
  return mongo('replica set', options);
}

/** A standalone MongoDB server: neither transactions nor change streams. */
export async function mongoStandalone(options: ServiceOptions = {}): Promise<Service> {
  return mongo('standalone', options);
}

async function mongo(kind: 'replica set' | 'standalone', { own = false }: ServiceOptions): Promise<Service> {
  const database = `watchpost_test_${randomUUID().slice(0, 8)}`;
  const given = process.env['MONGO_CONNECTION_STRING'];
  if (given && !own && (await kindOf(given)) === kind) {
    const url = new URL(given);
    url.pathname = `/${database}`;
    return external(url.href, async () => withMongo(url.href, async (client) => void (await client.db(database).dropDatabase())));
  }
  const port = await freePort();
  const host = `127.0.0.1:${String(port)}`;
  const replicaSet = kind === 'replica set';
  const direct = `mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=1000`;
  return startServer(
    `mongodb://${host}/${database}${replicaSet ? '?replicaSet=watchpost' : ''}`,
    (dir) => [
      need('mongo'),
      '--port',
      String(port),
      '--bind_ip',
      '127.0.0.1',
      '--dbpath',
      dir,
      ...(replicaSet ? ['--replSet', 'watchpost'] : []),
    ],
    async () =>
      withMongo(direct, async (client) => {
        const hello = await client.db('admin').command({ hello: 1 });
        if (hello['isWritablePrimary']) return;
        if (replicaSet && !hello['setName']) {
          await client.db('admin').command({ replSetInitiate: { _id: 'watchpost', members: [{ _id: 0, host }] } });
        }
        throw new Error('not primary yet');
      }),
  );
}

/** The embedded PostgreSQL in a process of its own, in memory unless it must survive a restart. */
export async function pglite({ persistent = false, idleInTransactionMs = 15_000 } = {}): Promise<Service> {
  const dataDir = persistent ? await mkdtemp(path.join(os.tmpdir(), 'watchpost-pglite-')) : undefined;
  const order = {
    port: await freePort(),
    password: randomUUID(),
    logLevel: 'warn',
    idleInTransactionMs,
    ...(dataDir === undefined ? {} : { dataDir }),
  };
  let running = await startDatabaseProcess(order);
  const kill = async (): Promise<void> => {
    running.process.kill('SIGKILL');
    await exitOf(running.process);
  };
  return {
    url: running.url,
    stop: async () => {
      running.process.kill('SIGCONT');
      await running.stop();
      if (dataDir !== undefined) await rm(dataDir, { recursive: true, force: true });
    },
    kill,
    restart: async () => {
      running = await startDatabaseProcess(order);
    },
    pause: () => void running.process.kill('SIGSTOP'),
    resume: () => void running.process.kill('SIGCONT'),
  };
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return address.port;
}

async function startServer(url: string, command: (dir: string) => string[], probe: () => Promise<void>): Promise<Service> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'watchpost-test-'));
  let child: ChildProcess;
  const start = async (): Promise<void> => {
    const [file = '', ...args] = command(dir);
    let output = '';
    child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    started.add(child);
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2_000)));
    await until(`${file} answers`, async () => {
      if (child.exitCode !== null) throw new Error(`${file} ended: ${output}`);
      try {
        await probe();
        return true;
      } catch {
        return false;
      }
    });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill('SIGCONT');
    child.kill(signal);
    await exitOf(child);
    started.delete(child);
  };
  await start();
  return {
    url,
    stop: async () => {
      await end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
    kill: async () => end('SIGKILL'),
    restart: start,
    pause: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
  };
}

/** Servers still running when the test process ends are ended with it. */
const started = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  await new Promise((resolve) => child.once('exit', resolve));
}

function external(url: string, cleanUp: () => Promise<void> = async () => undefined): Service {
  const refuse = (): never => {
    throw new Error('a server given by its URL is not ours to stop: ask for one with { own: true }');
  };
  return { url, stop: cleanUp, kill: refuse, restart: refuse, pause: refuse, resume: refuse };
}

async function withMongo<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const kindOf = async (url: string): Promise<string> =>
  withMongo(url, async (client) => ((await client.db('admin').command({ hello: 1 }))['setName'] ? 'replica set' : 'standalone'));

function need(name: ServiceName): string {
  const binary = binaries[name]();
  if (!binary || !(existsSync(binary) || onPath(binary))) throw new Error(reasons[name]);
  return binary;
}

function onPath(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v "${name}"`], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}
