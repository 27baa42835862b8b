import { MongoClient } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import type { OldName } from '../../moving-in/import-names.ts';
import { guardMongo } from './connect.ts';

/** Where the Python service keeps its faces: documents `{ name, embedding (128 numbers), created_date }`. */
const oldDatabase = 'facial_embeddings';
const oldCollection = 'embeddings';

/**
 * The distinct names in the old service's collection, each with its number of vectors. Only reads, from any member that is there.
 * Rejects with `gallery-unavailable`, and `import-source-empty` where the collection is missing or empty.
 */
export async function readOldNames(url: string, signal: AbortSignal): Promise<OldName[]> {
  const client = new MongoClient(url, {
    appName: 'watchpost import',
    serverSelectionTimeoutMS: 5_000,
    connectTimeoutMS: 5_000,
    readPreference: 'primaryPreferred',
  });
  try {
    const collection = client.db(oldDatabase).collection(oldCollection);
    const groups = await guardMongo(
      () =>
        collection
          .aggregate<{ _id: unknown; vectors: number }>([{ $group: { _id: '$name', vectors: { $sum: 1 } } }], {
            allowDiskUse: true,
            signal,
          })
          .toArray(),
      signal,
    );
    if (groups.length === 0) {
      throw new AppError('import-source-empty', `there is nothing in ${oldDatabase}.${oldCollection} on that server`);
    }
    return groups.map(({ _id, vectors }) => ({ name: _id, vectors }));
  } finally {
    await client.close();
  }
}
