import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Database } from '../database.ts';
import { guardMongo } from './connect.ts';

const markSchema = z.object({ count: z.number(), revisions: z.number() });

/** By how many there are, and how often they were written together. */
export function createMongoWritesOf(db: Db): Database['writesOf'] {
  return (kind, signal) =>
    guardMongo(async () => {
      const [found] = await db
        .collection('documents')
        .aggregate([{ $match: { '_id.kind': kind } }, { $group: { _id: null, count: { $sum: 1 }, revisions: { $sum: '$revision' } } }], {
          signal,
        })
        .toArray();
      const { count, revisions } = found ? markSchema.parse(found) : { count: 0, revisions: 0 };
      return `${String(count)} ${String(revisions)}`;
    }, signal);
}
