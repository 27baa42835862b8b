import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Upkeep } from '../../store.ts';
import { guardMongo, isDuplicateKey } from './connect.ts';
import { galleryCollections } from './documents.ts';
import { readState } from './state.ts';

const upkeepId = 'housekeeping';
const upkeepSchema = z.object({ epoch: z.string().optional(), comparedUpTo: z.number().optional() });

/** Who keeps house, in one document, by the database's clock. */
export function createMongoUpkeep(db: Db): Upkeep {
  const collections = galleryCollections(db);
  const { upkeep } = collections;

  const lease: Upkeep['lease'] = async (holder, ms, signal) => {
    const { epoch, version } = await readState(collections, signal);
    const free = { $or: [{ holder }, { $expr: { $lte: ['$until', '$$NOW'] } }] };
    const taken = [{ $set: { holder: { $literal: holder }, until: { $add: ['$$NOW', ms] } } }];
    try {
      const options = { upsert: true, returnDocument: 'after' as const };
      const found = upkeepSchema.parse(await upkeep.findOneAndUpdate({ _id: upkeepId, ...free }, taken, options));
      // In another history the version says nothing.
      const upTo = found.epoch === epoch ? (found.comparedUpTo ?? 0) : 0;
      return { comparedUpTo: upTo <= version ? upTo : 0 };
    } catch (error) {
      // The document is there, and another holder's: nothing matched, and it cannot be inserted.
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  };

  const compared: Upkeep['compared'] = async (holder, upTo, signal) => {
    const { epoch } = await readState(collections, signal);
    await upkeep.updateOne({ _id: upkeepId, holder }, { $set: { epoch, comparedUpTo: upTo } });
  };

  return {
    lease: (holder, ms, signal) => guardMongo(() => lease(holder, ms, signal), signal),
    compared: (holder, upTo, signal) => guardMongo(() => compared(holder, upTo, signal), signal),
  };
}
