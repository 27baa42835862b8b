import { Client } from 'pg';
import { z } from 'zod';
import type { MinuteCounts } from './bullmq-backend.ts';

const rowsSchema = z.array(
  z.object({
    queue: z.string(),
    kind: z.enum(['completed', 'failed']),
    count: z.coerce.number(),
    prev_ts: z.coerce.number(),
    prev_count: z.coerce.number(),
    data: z.array(z.coerce.number()),
  }),
);

const timeoutMs = 5_000;
const none: MinuteCounts = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] };

/** The finished jobs of one queue by the minute. */
export type CountsOf = (queue: string) => { completed: MinuteCounts; failed: MinuteCounts };

/** The finished jobs of all queues by the minute. BullMQ keeps them on PostgreSQL, too, but its own call leaves out when the last one was. */
export async function minuteCountsOnPostgres(connectionString: string): Promise<CountsOf> {
  const client = new Client({ connectionString, connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs });
  // The query on it fails as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query('SELECT queue, kind, count, prev_ts, prev_count, data FROM bullmq.metrics');
    const found = new Map<string, MinuteCounts>();
    for (const { queue, kind, count, prev_ts: prevTS, prev_count: prevCount, data } of rowsSchema.parse(rows))
      found.set(`${queue} ${kind}`, { meta: { count, prevTS, prevCount }, data });
    return (queue) => ({ completed: found.get(`${queue} completed`) ?? none, failed: found.get(`${queue} failed`) ?? none });
  } finally {
    await client.end().catch(() => undefined);
  }
}
