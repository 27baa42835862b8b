import { randomUUID } from 'node:crypto';
import type { Database } from '@watchpost/gallery/stores/database';
import type { StorageConfig } from '@watchpost/shared/config/common';
import { throwIfAborted } from '@watchpost/shared/wait';
import { MongoClient, type Document } from 'mongodb';
import { Client } from 'pg';
import { commitName } from './fill.ts';

const atATime = 10_000;

/**
 * Raises an unused gallery's version to `version`, with an audit entry for each change: as after years. One entry is written through
 * the store, and copied in the database: half a million commits would take half an hour.
 */
export async function lengthenHistory(
  storage: StorageConfig,
  store: Database['store'],
  version: number,
  signal: AbortSignal,
): Promise<void> {
  const first = await commitName(store, signal);
  const copies = await openCopies(storage);
  try {
    for (let from = first + 1; from < version; from += atATime) {
      throwIfAborted(signal);
      await copies.add(first, from, Math.min(version, from + atATime));
    }
    await copies.setVersion(Math.max(first, version - 1));
  } finally {
    await copies.close();
  }
  // The head names its last commits: the last one is real.
  await commitName(store, signal);
}

interface Copies {
  /** Copies the audit entry of one version to the versions from `from` to before `to`. */
  add(version: number, from: number, to: number): Promise<void>;
  setVersion(version: number): Promise<void>;
  close(): Promise<void>;
}

async function openCopies({ MONGO_CONNECTION_STRING: url, POSTGRES_URL }: StorageConfig): Promise<Copies> {
  if (url) return openMongoCopies(url);
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  const copy = `INSERT INTO watchpost.audit
    SELECT (jsonb_populate_record(entry, jsonb_build_object('id', gen_random_uuid()::text, 'version', copied))).*
    FROM watchpost.audit entry, generate_series($2::bigint, $3::bigint - 1) copied WHERE entry.version = $1`;
  return {
    add: async (version, from, to) => void (await client.query(copy, [version, from, to])),
    setVersion: async (version) => void (await client.query('UPDATE watchpost.gallery SET version = $1', [version])),
    close: () => client.end(),
  };
}

async function openMongoCopies(url: string): Promise<Copies> {
  const client = await new MongoClient(url).connect();
  const audit = client.db().collection<Document & { _id: string }>('audit');
  return {
    add: async (version, from, to) => {
      const entry = await audit.findOne({ version });
      if (!entry) return;
      const copies = Array.from({ length: to - from }, (_, index) => ({ ...entry, _id: randomUUID(), version: from + index }));
      await audit.insertMany(copies, { ordered: false });
    },
    setVersion: async (version) => void (await client.db().collection('gallery').updateOne({}, { $set: { version } })),
    close: () => client.close(),
  };
}
