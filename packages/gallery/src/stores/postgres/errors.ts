import { AppError } from '@watchpost/shared/errors';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';

/**
 * Classes of SQLSTATE for data that PostgreSQL never takes: data exception (a NUL in a text), integrity constraint violation, program
 * limit exceeded. https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const refused = ['22', '23', '54'];

/** SQLSTATEs. */
export const lockNotAvailable = '55P03';
const undefinedColumn = '42703';
const undefinedTable = '42P01';
const datatypeMismatch = '42804';
const wrongObjectType = '42809';
const serializationFailure = '40001';
const deadlockDetected = '40P01';

/** What a person must see to; readiness and messages to admins say it. The server's own words may quote data. */
const repairs = new Map([
  ['53100', 'the disk of PostgreSQL is full: make room there'],
  ['25006', 'PostgreSQL takes no writes: it is a standby, or read-only'],
]);

/** The SQLSTATE of an error of the server, or that of its cause. */
export function sqlState(error: unknown): string | undefined {
  const cause = error instanceof AppError ? error.cause : error;
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
}

/** Another transaction came first. */
export function isConflict(error: unknown): boolean {
  return [serializationFailure, deadlockDetected].includes(sqlState(error) ?? '');
}

/** A statement of the schema does not fit the tables. */
export function isForeignSchema(error: unknown): boolean {
  return [undefinedColumn, undefinedTable, datatypeMismatch, wrongObjectType].includes(sqlState(error) ?? '');
}

/** `gallery-refused` for data that PostgreSQL never takes, `gallery-unavailable` for any other error of the database or the connection; ours unchanged. */
export function toGalleryError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const state = sqlState(error) ?? '';
  if (refused.includes(state.slice(0, 2))) return new AppError('gallery-refused', 'PostgreSQL does not take this data', { cause: error });
  return new AppError('gallery-unavailable', repairs.get(state) ?? 'the operation on PostgreSQL failed', { cause: error });
}

/** Rejects with the errors of `toGalleryError`, and with `aborted` as soon as the signal aborts. */
export async function guardPostgres<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    throwIfAborted(signal);
    return await raceAbort(work(), signal);
  } catch (error) {
    throw toGalleryError(error);
  }
}
