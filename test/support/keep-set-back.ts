import type { StorageConfig } from '@watchpost/shared/config/common';
import type { Document, WithId } from 'mongodb';
import { withMongo, withPostgres } from './gallery-backends.ts';

/** Puts the database back as it was, as its own tools do: the same database, whose versions and numbers go back. */
export type SetBack = () => Promise<void>;

/** Keeps a copy of the whole database, as `pg_dump`, `mongodump` or a snapshot of its disk do. */
export async function keepCopy(storage: StorageConfig): Promise<SetBack> {
  return storage.MONGO_CONNECTION_STRING ? keepMongo(storage) : keepPostgres(storage);
}

async function keepMongo(storage: StorageConfig): Promise<SetBack> {
  const copies = new Map<string, WithId<Document>[]>();
  await withMongo(storage, async (client) => {
    for (const { name } of await client.db().listCollections().toArray())
      copies.set(name, await client.db().collection(name).find().toArray());
  });
  return async () =>
    withMongo(storage, async (client) => {
      for (const [name, documents] of copies) {
        // At no moment is there nothing: whoever looked then would find another database.
        const collection = client.db().collection(name);
        for (const document of documents) await collection.replaceOne({ _id: document._id }, document, { upsert: true });
        await collection.deleteMany({ _id: { $nin: documents.map(({ _id }) => _id) } });
      }
    });
}

async function keepPostgres(storage: StorageConfig): Promise<SetBack> {
  const names: string[] = [];
  await withPostgres(storage, async (client) => {
    const { rows } = await client.query<{ tablename: string }>("SELECT tablename FROM pg_tables WHERE schemaname = 'watchpost'");
    names.push(...rows.map(({ tablename }) => tablename));
    await client.query('DROP SCHEMA IF EXISTS keep_copy CASCADE; CREATE SCHEMA keep_copy');
    for (const name of names) await client.query(`CREATE TABLE keep_copy.${name} AS TABLE watchpost.${name}`);
  });
  return async () =>
    withPostgres(storage, async (client) => {
      // As pg_restore does: neither triggers nor foreign keys.
      await client.query("BEGIN; SET LOCAL session_replication_role = 'replica'");
      for (const name of names)
        await client.query(`DELETE FROM watchpost.${name}; INSERT INTO watchpost.${name} SELECT * FROM keep_copy.${name}`);
      await client.query('COMMIT; DROP SCHEMA keep_copy CASCADE');
    });
}
