import { z } from 'zod';
import type { Postgres } from './connect.ts';

const blockerSchema = z.object({ pid: z.number(), application: z.string(), usename: z.string().nullable(), seconds: z.coerce.number() });

/**
 * Which sessions have had a transaction open for a while that locks our tables, in words. PostgreSQL does not list locks of rows; who
 * has changed a row also has a lock on its table. https://www.postgresql.org/docs/current/view-pg-locks.html
 */
export async function describeBlockers({ query }: Postgres, signal: AbortSignal): Promise<string> {
  const { rows } = await query(
    `SELECT DISTINCT a.pid, a.application_name AS application, a.usename, extract(epoch FROM statement_timestamp() - a.xact_start) AS seconds
     FROM pg_locks l JOIN pg_class c ON c.oid = l.relation JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE c.relnamespace = 'watchpost'::regnamespace AND l.granted AND l.mode <> 'AccessShareLock'
       AND a.pid <> pg_backend_pid() AND a.xact_start < statement_timestamp() - interval '1 second'
     ORDER BY seconds DESC LIMIT 3`,
    [],
    signal,
  );
  if (rows.length === 0) return 'PostgreSQL does not say who';
  const sessions = rows.map((row) => {
    const { pid, application, usename, seconds } = blockerSchema.parse(row);
    return `process ${pid} (${[application, usename].filter(Boolean).join(', user ')}), in a transaction for ${Math.round(seconds)} s`;
  });
  return `${sessions.join('; ')}. Commit it or roll it back there, or end it: SELECT pg_terminate_backend(process)`;
}
