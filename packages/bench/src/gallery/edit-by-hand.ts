import type { StorageConfig } from '@watchpost/shared/config/common';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';

const benchNames = '^Bench';

/** Ignores so many persons with one command, as an operator may; not those with a name of the bench. */
export async function editByHand({ MONGO_CONNECTION_STRING: url, POSTGRES_URL }: StorageConfig, count: number): Promise<void> {
  if (!url) {
    const client = new Client({ connectionString: POSTGRES_URL });
    await client.connect();
    try {
      const some = 'SELECT id FROM watchpost.persons WHERE NOT ignored AND NOT deleted AND name !~ $2 LIMIT $1';
      await client.query(`UPDATE watchpost.persons SET ignored = true WHERE id IN (${some})`, [count, benchNames]);
    } finally {
      await client.end();
    }
    return;
  }
  const client = await new MongoClient(url).connect();
  try {
    const persons = client.db().collection('persons');
    const some = await persons
      .find({ ignored: { $ne: true }, name: { $not: new RegExp(benchNames) } }, { projection: { _id: 1 } })
      .limit(count)
      .toArray();
    await persons.updateMany({ _id: { $in: some.map(({ _id }) => _id) } }, { $set: { ignored: true } });
  } finally {
    await client.close();
  }
}
