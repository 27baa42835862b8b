import { z } from 'zod';
import type { Database } from '../database.ts';
import type { Postgres } from './connect.ts';

const rowSchema = z.object({ mark: z.string() });

/** By how many there are, and how often they were written together. */
export function createPostgresWritesOf({ query }: Postgres): Database['writesOf'] {
  return async (kind, signal) => {
    const sql = `SELECT count(*) || ' ' || coalesce(sum(revision), 0) AS mark FROM watchpost.documents WHERE kind = $1`;
    const { rows } = await query(sql, [kind], signal);
    return rowSchema.parse(rows[0]).mark;
  };
}
