import type { Db } from 'mongodb';
import { z } from 'zod';
import { longestUpkeepMs, type Upkeep } from '../../store.ts';
import { guardMongo } from './connect.ts';
import { galleryCollections } from './documents.ts';
import { readState } from './state.ts';

const upkeepId = 'housekeeping';
const upkeepSchema = z.object({ epoch: z.string().optional(), comparedUpTo: z.number().optional() });

/** Who keeps house, in one document, by the database's clock. */
export function createMongoUpkeep(db: Db): Upkeep {
  const collections = galleryCollections(db);
  const { upkeep } = collections;

  const lease: Upkeep['lease'] = async (holder, ms, signal) => {
    const { epoch } = await readState(collections, signal);
    const isOver = { $lte: ['$until', '$$NOW'] };
    const isTooLong = { $gt: ['$until', { $add: ['$$NOW', Math.max(ms, longestUpkeepMs)] }] };
    const free = { $or: [{ holder }, { $expr: { $or: [isOver, isTooLong] } }] };
    const taken = [{ $set: { holder: { $literal: holder }, until: { $add: ['$$NOW', ms] } } }];
    const take = async () => upkeep.findOneAndUpdate({ _id: upkeepId, ...free }, taken, { returnDocument: 'after' });
    let mine = await take();
    if (!mine) {
      // An upsert must not ask for the time.
      const { upsertedCount } = await upkeep.updateOne({ _id: upkeepId }, { $setOnInsert: { until: new Date(0) } }, { upsert: true });
      if (upsertedCount > 0) mine = await take();
    }
    if (!mine) return null;
    // In another history the version says nothing.
    const found = upkeepSchema.parse(mine);
    return { comparedUpTo: found.epoch === epoch ? (found.comparedUpTo ?? 0) : 0 };
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
