import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pause, raceAbort } from '@watchpost/shared/wait';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { MongoClient } from 'mongodb';

/** A gallery database for a measurement, empty at first. */
export interface BenchDatabase {
  storage: StorageConfig;
  /** For the report. */
  kind: string;
  /** Removes what the measurement wrote. */
  stop(): Promise<void>;
}

/**
 * A database of its own on the server of MONGO_CONNECTION_STRING; otherwise a mongod started from the binary MONGOMS_SYSTEM_BINARY,
 * as a replica set of one; otherwise the PostgreSQL of POSTGRES_URL, which must not have a gallery yet.
 */
export async function openBenchDatabase(env: Env, signal: AbortSignal): Promise<BenchDatabase> {
  const { MONGO_CONNECTION_STRING: url, MONGOMS_SYSTEM_BINARY: binary, POSTGRES_URL: postgres } = env;
  if (url) return ownDatabase(url, async () => undefined, signal);
  if (binary) return startMongod(binary, signal);
  if (postgres) return { storage: { POSTGRES_URL: postgres }, kind: 'PostgreSQL', stop: async () => undefined };
  throw new AppError('config-invalid', 'set MONGO_CONNECTION_STRING, POSTGRES_URL, or MONGOMS_SYSTEM_BINARY (a mongod to start)');
}

async function ownDatabase(server: string, stopServer: () => Promise<void>, signal: AbortSignal): Promise<BenchDatabase> {
  const own = new URL(server);
  own.pathname = `/watchpost_bench_${randomUUID().slice(0, 8)}`;
  const client = await connect(own.href, signal);
  const db = client.db();
  const version: unknown = (await db.admin().serverInfo())['version'];
  const isReplicaSet = 'setName' in (await db.command({ hello: 1 }));
  return {
    storage: { MONGO_CONNECTION_STRING: own.href },
    kind: `MongoDB ${String(version)}, ${isReplicaSet ? 'replica set' : 'standalone'}`,
    stop: async () => {
      await db.dropDatabase();
      await client.close();
      await stopServer();
    },
  };
}

async function startMongod(binary: string, signal: AbortSignal): Promise<BenchDatabase> {
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-bench-'));
  const host = `127.0.0.1:${await freePort()}`;
  const args = ['--dbpath', folder, '--port', host.split(':')[1] ?? '', '--bind_ip', '127.0.0.1', '--replSet', 'bench'];
  const child = spawn(binary, args, { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await initiate(`mongodb://${host}/?directConnection=true`, host, signal);
    return await ownDatabase(`mongodb://${host}/?replicaSet=bench`, stop, signal);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function initiate(url: string, host: string, signal: AbortSignal): Promise<void> {
  const client = await connect(url, signal);
  try {
    const db = client.db();
    await db.admin().command({ replSetInitiate: { _id: 'bench', members: [{ _id: 0, host }] } });
    for (;;) {
      const hello = await db.command({ hello: 1 });
      if (hello['isWritablePrimary'] === true) return;
      await pause(50, signal);
    }
  } finally {
    await client.close();
  }
}

/** Fails within five seconds if the server does not answer. */
async function connect(url: string, signal: AbortSignal): Promise<MongoClient> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 });
  return raceAbort(client.connect(), signal);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || !address) throw new AppError('internal', 'there is no free port');
  return address.port;
}
