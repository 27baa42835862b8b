import { Buffer } from 'node:buffer';
import { Binary, MongoClient } from 'mongodb';
import { Client } from 'pg';
import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Env } from '@watchpost/shared/config/parse-env';
import { startMongo, type MongoKind } from '../../servers/mongo.ts';
import { providePostgres } from '../../servers/postgres.ts';

export const storeNames = ['mongo', 'mongo-standalone', 'postgres'] as const;
export type StoreName = (typeof storeNames)[number];

/** A database of the proof, and what an operator does in it by hand. */
export interface ProofDatabase {
  storage: StorageConfig;
  /** Whether a person's name can be something else than a text. */
  schemaless: boolean;
  rename(personId: string, name: unknown): Promise<void>;
  /** As `rename`, in a transaction that stays open until `release` commits it. Only where there are transactions. */
  hold(personId: string, name: string): Promise<void>;
  release(): Promise<void>;
  remove(personId: string): Promise<void>;
  /** All values of all rows, or documents, by where they are: `faces 3f…`. Whatever the layout is. */
  dump(): Promise<[where: string, value: unknown][]>;
  /** Removes everything. No process may have it open. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** A server with an empty database. Rejects with `config-invalid` where there is none for it. */
export async function openProofDatabase(store: StoreName, env: Env): Promise<ProofDatabase> {
  return store === 'postgres' ? openPostgres(env) : openMongo(env, store === 'mongo' ? 'replica set' : 'standalone');
}

async function openMongo(env: Env, kind: MongoKind): Promise<ProofDatabase> {
  const server = await startMongo(env, kind);
  const client = await new MongoClient(server.url).connect();
  const db = client.db();
  const persons = db.collection<{ _id: string; name: unknown }>('persons');
  return {
    storage: { MONGO_CONNECTION_STRING: server.url },
    schemaless: true,
    rename: async (_id, name) => void (await persons.updateOne({ _id }, { $set: { name } })),
    hold: async () => Promise.resolve(),
    release: async () => Promise.resolve(),
    remove: async (_id) => void (await persons.deleteOne({ _id })),
    dump: async () => {
      const found: [string, unknown][] = [];
      for (const { collectionName } of await db.collections())
        for await (const { _id, ...rest } of db.collection(collectionName).find()) found.push([`${collectionName} ${String(_id)}`, rest]);
      return found;
    },
    // Collections stay, with their indexes: making them takes longer than a whole sequence.
    clear: async () => {
      for (const collection of await db.collections()) await collection.deleteMany({});
    },
    stop: async () => {
      await client.close();
      await server.stop();
    },
  };
}

async function openPostgres(env: Env): Promise<ProofDatabase> {
  const server = await providePostgres(env);
  const client = new Client({ connectionString: server.url });
  await client.connect();
  const rename = async (id: string, name: unknown): Promise<void> =>
    void (await client.query('UPDATE watchpost.persons SET name = $2 WHERE id = $1', [id, name]));
  let isOpen = false;
  const release = async (): Promise<void> => {
    if (!isOpen) return;
    await client.query('COMMIT');
    isOpen = false;
  };
  const tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'watchpost' AND table_type = 'BASE TABLE'";
  return {
    storage: { POSTGRES_URL: server.url },
    schemaless: false,
    rename,
    hold: async (id, name) => {
      await client.query('BEGIN');
      isOpen = true;
      await rename(id, name);
    },
    release,
    remove: async (id) => void (await client.query('DELETE FROM watchpost.persons WHERE id = $1', [id])),
    dump: async () => {
      const found: [string, unknown][] = [];
      for (const { table_name } of (await client.query<{ table_name: string }>(tables)).rows) {
        const { rows } = await client.query<Record<string, unknown>>(`SELECT * FROM watchpost."${table_name}"`);
        for (const row of rows) found.push([`${table_name} ${String(Object.values(row)[0])}`, row]);
      }
      return found;
    },
    clear: async () => {
      await release();
      await client.query('DROP SCHEMA IF EXISTS watchpost CASCADE');
    },
    stop: async () => {
      await client.end();
      await server.stop();
    },
  };
}

/** Whether these bytes are somewhere in a value, as they are or as base64. */
export function holds(value: unknown, bytes: Buffer): boolean {
  if (value instanceof Binary) return Buffer.from(value.buffer).includes(bytes);
  if (value instanceof Uint8Array) return Buffer.from(value).includes(bytes);
  if (typeof value === 'string') return value.includes(bytes.toString('base64'));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((each) => holds(each, bytes));
}
