import { z } from 'zod';
import type { AboutDatabase } from '../database.ts';
import type { Postgres } from './connect.ts';

const rowSchema = z.object({ version: z.string(), bytes: z.coerce.number() });

/** What the server is, and how much our database takes on its disk; in the embedded one also the queue is there. */
export async function aboutPostgres({ query }: Postgres, signal: AbortSignal): Promise<AboutDatabase> {
  const sql = `SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes`;
  const { rows } = await query(sql, [], signal);
  return { server: 'PostgreSQL', ...rowSchema.parse(rows[0]) };
}
