import { z } from 'zod';
import type { Database } from '../database.ts';
import type { Postgres } from './connect.ts';

const rowSchema = z.object({ mark: z.string() });

/** By how many there are, how often they were written together, and from when they are: one may come where another one went. */
export function createPostgresWritesOf({ query }: Postgres): Database['writesOf'] {
  return async (kind, signal) => {
    const sql = `SELECT concat_ws(' ', count(*), coalesce(sum(revision), 0), coalesce(sum((extract(epoch FROM at) * 1000)::bigint), 0)) AS mark
      FROM watchpost.documents WHERE kind = $1`;
    const { rows } = await query(sql, [kind], signal);
    return rowSchema.parse(rows[0]).mark;
  };
}
