import type { StorageConfig } from '@watchpost/shared/config/common';
import { withMongo, withPostgres } from './gallery-backends.ts';

/** The tables of PostgreSQL that have times, with them; and the collections of MongoDB. `key`: what identifies a row. */
const tables = {
  persons: { key: 'id', columns: ['created_at', 'deleted_at', 'merged_at'], fields: ['createdAt', 'deletedAt', 'mergedAt', 'purgeAt'] },
  faces: { key: 'id', columns: ['created_at', 'deleted_at'], fields: ['createdAt', 'deletedAt', 'purgeAt'] },
  pairs: { key: 'id', columns: ['deleted_at'], fields: ['deletedAt', 'purgeAt'] },
  face_crops: { key: 'face_id', columns: [], fields: ['purgeAt'] },
  sightings: { key: 'snapshot_id', columns: ['taken_at', 'recorded_at', 'expires_at'], fields: ['takenAt', 'recordedAt', 'expiresAt'] },
  last_seen: { key: 'person_id', columns: ['at'], fields: ['at'] },
  audit: { key: 'id', columns: ['at'], fields: ['at', 'purgeAt'] },
  snapshots: { key: 'snapshot_id', columns: ['taken_at', 'recorded_at', 'expires_at'], fields: ['takenAt', 'recordedAt', 'expiresAt'] },
  upkeep: { key: 'id', columns: ['until'], fields: ['until'] },
} as const;
export type Stored = Record<keyof typeof tables, string[]>;

const names = Object.keys(tables) as (keyof typeof tables)[];

/** Makes everything in the database older. Milliseconds. */
export async function letTimePass(storage: StorageConfig, ms: number): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      for (const name of names) {
        const earlier = tables[name].fields.map((field) => {
          const time = `$${field}`;
          return [field, { $cond: [{ $eq: [{ $type: time }, 'date'] }, { $subtract: [time, ms] }, { $ifNull: [time, '$$REMOVE'] }] }];
        });
        await client
          .db()
          .collection(name)
          .updateMany({}, [{ $set: Object.fromEntries(earlier) }]);
      }
    });
  else
    await withPostgres(storage, async (client) => {
      for (const name of names) {
        const sets = tables[name].columns.map((column) => `${column} = ${column} - $1 * interval '1 millisecond'`);
        if (sets.length > 0) await client.query(`UPDATE watchpost.${name} SET ${sets.join(', ')}`, [ms]);
      }
    });
}

/** What MongoDB's TTL monitor does once a minute: it follows the indexes that are there. */
export async function expireByIndexes(storage: StorageConfig): Promise<void> {
  if (!storage.MONGO_CONNECTION_STRING) return;
  await withMongo(storage, async (client) => {
    for (const { name } of await client.db().listCollections({}, { nameOnly: true }).toArray()) {
      const collection = client.db().collection(name);
      for (const { key, expireAfterSeconds } of await collection.listIndexes().toArray()) {
        const [field] = Object.keys(key as object);
        if (expireAfterSeconds !== undefined && field !== undefined)
          await collection.deleteMany({ [field]: { $lte: new Date(Date.now() - Number(expireAfterSeconds) * 1_000) } });
      }
    }
  });
}

/** The ids of everything that the database holds. */
export async function allStored(storage: StorageConfig): Promise<Stored> {
  const stored: Partial<Stored> = {};
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      for (const name of names) {
        const found = await client
          .db()
          .collection(name)
          .find({}, { projection: { _id: 1 } })
          .toArray();
        stored[name] = found.map(({ _id }) => String(_id)).sort();
      }
    });
  else
    await withPostgres(storage, async (client) => {
      for (const name of names) {
        const { rows } = await client.query<{ id: string }>(`SELECT ${tables[name].key} AS id FROM watchpost.${name}`);
        stored[name] = rows.map(({ id }) => id).sort();
      }
    });
  return stored as Stored;
}

/** What a process leaves behind that dies before it fills the documents which it has made for a change. */
export async function leavePlaceholders(storage: StorageConfig, keptMs: number): Promise<void> {
  if (!storage.MONGO_CONNECTION_STRING) return;
  await withMongo(storage, async (client) => {
    for (const name of ['persons', 'faces', 'pairs', 'face_crops', 'audit'])
      await client
        .db()
        .collection<{ _id: string }>(name)
        .updateOne({ _id: 'left over' }, { $set: { placeholder: 1, purgeAt: new Date(Date.now() + keptMs) } }, { upsert: true });
  });
}

/** What an operator does by hand: marks something as deleted, without saying when. */
export async function markDeletedByHand(storage: StorageConfig, kind: 'persons' | 'faces' | 'pairs', id: string): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      const collection = client.db().collection<{ _id: string }>(kind);
      await collection.updateOne({ _id: id }, { $set: { deleted: true } });
    });
  else
    await withPostgres(storage, async (client) => {
      await client.query(`UPDATE watchpost.${kind} SET deleted = true WHERE id = $1`, [id]);
    });
}

/** What an operator does by hand: merges one person into another. */
export async function mergeByHand(storage: StorageConfig, from: string, into: string): Promise<void> {
  if (storage.MONGO_CONNECTION_STRING)
    await withMongo(storage, async (client) => {
      const persons = client.db().collection<{ _id: string }>('persons');
      await persons.updateOne({ _id: from }, { $set: { mergedInto: into } });
    });
  else
    await withPostgres(storage, async (client) => {
      await client.query('UPDATE watchpost.persons SET merged_into = $2 WHERE id = $1', [from, into]);
    });
}
