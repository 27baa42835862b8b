import { AppError } from '@watchpost/shared/errors';
import { galleryFormat, type Head } from '../../domain.ts';
import type { Postgres } from './connect.ts';
import { headSchema } from './rows.ts';

/** How soon to ask again whether this process was updated, or the database restored. */
const newerRetryMs = 30_000;

/** The head, in one query. Rejects with `database-newer`. */
export async function readHead({ query }: Postgres, signal: AbortSignal): Promise<Head> {
  const { rows } = await query(
    'SELECT format, epoch, version, next_number, recent, extract(epoch FROM clock_timestamp()) * 1000 AS now_ms FROM watchpost.gallery',
    [],
    signal,
  );
  if (rows.length === 0)
    throw new AppError('gallery-unavailable', 'the row in watchpost.gallery was removed: the next process that starts makes it again');
  return headOf(rows[0]);
}

export function headOf(row: unknown): Head {
  const { data, error } = headSchema.safeParse(row);
  if (error) throw new AppError('gallery-unavailable', 'the row in watchpost.gallery was edited and cannot be read', { cause: error });
  const { format, ...head } = data;
  if (format > galleryFormat) throw newerDatabase();
  return head;
}

export function newerDatabase(): AppError {
  return new AppError('database-newer', 'a newer release of watchpost keeps this database: update this process', {
    retryAfterMs: newerRetryMs,
  });
}
