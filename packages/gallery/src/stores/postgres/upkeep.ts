import { z } from 'zod';
import { longestUpkeepMs as longestMs, type Upkeep } from '../../store.ts';
import type { Postgres } from './connect.ts';

const leaseSchema = z.object({ compared_up_to: z.coerce.number() });

/** One row says who keeps house, and until when. */
export function createPostgresUpkeep({ query }: Postgres): Upkeep {
  return {
    lease: async (holder, ms, signal) => {
      const { rows } = await query(
        `UPDATE watchpost.upkeep SET holder = $1, until = clock_timestamp() + $2 * interval '1 millisecond'
         WHERE holder IS NULL OR holder = $1 OR until < clock_timestamp()
           OR until > clock_timestamp() + greatest($2, ${String(longestMs)}) * interval '1 millisecond' RETURNING compared_up_to`,
        [holder, ms],
        signal,
      );
      return rows.length === 0 ? null : { comparedUpTo: leaseSchema.parse(rows[0]).compared_up_to };
    },
    compared: async (holder, upTo, signal) => {
      await query('UPDATE watchpost.upkeep SET compared_up_to = $2 WHERE holder = $1', [holder, upTo], signal);
    },
  };
}
