import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { guardMongo } from './connect.ts';

const rowSchema = z.object({ mark: z.string() });

/** By how many there are, how often they were written together, and from when they are: one may come where another one went. */
export function createMongoWritesOf(db: Db): Database['writesOf'] {
  const all = { _id: null, count: { $sum: 1 }, revisions: { $sum: '$revision' }, times: { $sum: { $toLong: '$at' } } };
  const mark = { $concat: [{ $toString: '$count' }, ' ', { $toString: '$revisions' }, ' ', { $toString: '$times' }] };
  return (kind, signal) =>
    guardMongo(async () => {
      const [found] = await db
        .collection('documents')
        .aggregate([{ $match: { '_id.kind': kind } }, { $group: all }, { $project: { _id: 0, mark } }], { signal })
        .toArray();
      return found ? rowSchema.parse(found).mark : '0 0 0';
    }, signal);
}
