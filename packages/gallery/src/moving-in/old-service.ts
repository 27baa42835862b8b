import { MongoClient } from 'mongodb';
import { AppError } from '@watchpost/shared/errors';
import { nameKey } from '../names.ts';
import { guardMongo } from '../stores/mongo/connect.ts';

/** Where the Python service, watchpost's predecessor, stores faces: documents `{ name, embedding (128 numbers), created_date }`. */
const oldDatabase = 'facial_embeddings';
const oldCollection = 'embeddings';

/** A name as the old service stored it, with the number of its vectors. */
export interface OldName {
  name: unknown;
  vectors: number;
}

/** The persons to create from the old service's names. */
export interface NamePlan {
  /** One entry for each person, sorted; of several spellings the one with the most vectors. */
  names: string[];
  /** Vectors of nobody in particular: named "unknown", or without a name. */
  namelessVectors: number;
}

/**
 * The distinct names in the old service's collection, each with its number of vectors. Read only.
 * Rejects with `gallery-unavailable`, and `import-source-empty` if the collection is missing or empty.
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
      throw new AppError('import-source-empty', `${oldDatabase}.${oldCollection} on that server is missing or empty`);
    }
    return groups.map(({ _id, vectors }) => ({ name: _id, vectors }));
  } finally {
    await client.close();
  }
}

/** Merges spellings that people take for the same name, as the gallery does, and leaves out the nameless. Pure. */
export function planNames(found: readonly OldName[]): NamePlan {
  const spellings = new Map<string, { name: string; vectors: number }>();
  let namelessVectors = 0;
  for (const { name, vectors } of found) {
    const tidy = typeof name === 'string' ? name.replaceAll(/\s+/g, ' ').trim() : '';
    const key = nameKey(tidy);
    if (key === '' || key === 'unknown') {
      namelessVectors += vectors;
      continue;
    }
    const before = spellings.get(key);
    if (!before || before.vectors < vectors) spellings.set(key, { name: tidy, vectors });
  }
  const names = [...spellings.values()].map(({ name }) => name).sort((a, b) => nameKey(a).localeCompare(nameKey(b)));
  return { names, namelessVectors };
}
