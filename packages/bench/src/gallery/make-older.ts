import type { StorageConfig } from '@watchpost/shared/config/common';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';

/** What says when something was deleted or changed, in tables and in collections. */
const times = [
  ['persons', 'deleted_at', 'deletedAt'],
  ['faces', 'deleted_at', 'deletedAt'],
  ['pairs', 'deleted_at', 'deletedAt'],
  ['audit', 'at', 'at'],
] as const;

/** Makes what was changed older, so that it is due. Milliseconds. */
export async function makeOlder({ MONGO_CONNECTION_STRING, POSTGRES_URL }: StorageConfig, ms: number): Promise<void> {
  if (MONGO_CONNECTION_STRING) {
    const client = new MongoClient(MONGO_CONNECTION_STRING);
    try {
      for (const [name, , field] of times)
        await client
          .db()
          .collection(name)
          .updateMany({ [field]: { $type: 'date' } }, [{ $set: { [field]: { $subtract: [`$${field}`, ms] } } }]);
    } finally {
      await client.close();
    }
    return;
  }
  const client = new Client({ connectionString: POSTGRES_URL });
  await client.connect();
  try {
    for (const [name, column] of times)
      await client.query(`UPDATE watchpost.${name} SET ${column} = ${column} - $1 * interval '1 millisecond'`, [ms]);
  } finally {
    await client.end();
  }
}
