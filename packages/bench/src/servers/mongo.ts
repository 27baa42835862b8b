import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { MongoClient } from 'mongodb';
import type { Env } from '@watchpost/shared/config/parse-env';
import { AppError } from '@watchpost/shared/errors';
import { externalServer, freePort, onPath, startServer, type Server, type ServerOptions } from './server.ts';

/** A replica set has transactions and change streams, a standalone server has neither. `as given`: what MONGO_CONNECTION_STRING names. */
export type MongoKind = 'replica set' | 'standalone' | 'as given';

/** Why there is no MongoDB here, or undefined. */
export function mongoMissing(env: Env, { own = false }: ServerOptions = {}): string | undefined {
  if ((!own && env['MONGO_CONNECTION_STRING']) || mongod(env)) return undefined;
  return 'no MONGO_CONNECTION_STRING, and no mongod on the PATH or in MONGOMS_SYSTEM_BINARY';
}

/** A database of its own on the server of MONGO_CONNECTION_STRING where that is of this kind, else on a server of one node started for it. */
export async function startMongo(env: Env, kind: MongoKind, { own = false, within }: ServerOptions = {}): Promise<Server> {
  const database = `watchpost_${randomUUID().slice(0, 8)}`;
  const given = env['MONGO_CONNECTION_STRING'];
  if (given && !own && (kind === 'as given' || (await kindOf(given)) === kind)) {
    const url = new URL(given);
    url.pathname = `/${database}`;
    return externalServer(url.href, async () => withMongo(url.href, async (client) => void (await client.db().dropDatabase())));
  }
  const binary = mongod(env);
  if (binary === undefined) throw new AppError('config-invalid', mongoMissing({}) ?? '');
  const port = await freePort();
  const host = `127.0.0.1:${String(port)}`;
  const set = kind === 'replica set' ? ['--replSet', 'watchpost'] : [];
  return startServer({
    url: `mongodb://${host}/${database}${set.length > 0 ? '?replicaSet=watchpost' : ''}`,
    within,
    command: (dir) => [binary, '--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', dir, ...set],
    probe: async () =>
      withMongo(`mongodb://${host}/?directConnection=true&serverSelectionTimeoutMS=1000`, async (client) => {
        const admin = client.db('admin');
        const hello = await admin.command({ hello: 1 });
        if (hello['isWritablePrimary']) return;
        if (set.length > 0 && !hello['setName'])
          await admin.command({ replSetInitiate: { _id: 'watchpost', members: [{ _id: 0, host }] } });
        throw new AppError('gallery-unavailable', 'MongoDB is not primary yet');
      }),
  });
}

/** The path of a mongod, or undefined. */
export function mongod(env: Env): string | undefined {
  const named = env['MONGOMS_SYSTEM_BINARY'];
  return named ? (existsSync(named) ? named : undefined) : onPath('mongod');
}

async function withMongo<T>(url: string, use: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const kindOf = async (url: string): Promise<MongoKind> =>
  withMongo(url, async (client) => ((await client.db('admin').command({ hello: 1 }))['setName'] ? 'replica set' : 'standalone'));
