import type { StorageConfig } from '@watchpost/shared/config/common';
import { z } from 'zod';
import { withMongo } from './gallery-backends.ts';

const profiledSchema = z.object({ ns: z.string(), docsExamined: z.number().default(0), keysExamined: z.number().default(0) });

/** How many documents of a collection MongoDB read for what `work` asks of it, and how many keys of indexes. */
export async function examined(
  storage: StorageConfig,
  collection: string,
  work: () => Promise<unknown>,
): Promise<{ documents: number; keys: number }> {
  const read = { documents: 0, keys: 0 };
  await withMongo(storage, async (client) => {
    const db = client.db();
    await db.command({ profile: 2 });
    await work();
    await db.command({ profile: 0 });
    const found = await db.collection('system.profile').find().toArray();
    await db.collection('system.profile').drop();
    const ours = found.map((each) => profiledSchema.parse(each)).filter(({ ns }) => ns === `${db.databaseName}.${collection}`);
    if (ours.length === 0) throw new Error(`nothing was asked of ${collection}`);
    for (const { docsExamined, keysExamined } of ours) {
      read.documents += docsExamined;
      read.keys += keysExamined;
    }
  });
  return read;
}
