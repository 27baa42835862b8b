import type { Db } from 'mongodb';
import { z } from 'zod';
import type { AboutDatabase } from '../database.ts';
import { guardMongo } from './connect.ts';

const infoSchema = z.object({ version: z.string() });
const statsSchema = z.object({ storageSize: z.number(), indexSize: z.number() });

/** What the server is, and how much our database takes on its disk. */
export async function aboutMongo(db: Db, signal: AbortSignal): Promise<AboutDatabase> {
  return guardMongo(async () => {
    const info = infoSchema.parse(await db.command({ buildInfo: 1 }, { signal }));
    const stats = statsSchema.parse(await db.command({ dbStats: 1 }, { signal }));
    return { server: 'MongoDB', version: info.version, bytes: stats.storageSize + stats.indexSize };
  });
}
