import { createHash } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { throwIfAborted } from '@watchpost/shared/wait';
import { schemaLock, schemaStatements } from './schema.ts';

/** Runs one statement; rows are untyped until a schema parses them. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: unknown[]; rowCount: number }>;

export interface Postgres {
  query: Query;
  /** Runs `work` in one transaction; rolls back when it throws. */
  transaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  close: () => Promise<void>;
}

/** Opens a connection pool and creates missing tables. Rejects with `gallery-unavailable`, or with `database-incompatible`. */
export async function connectPostgres(url: string, log: Logger, signal: AbortSignal): Promise<Postgres> {
  const pool = new Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
    application_name: 'watchpost',
  });
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection broke'));

  const transaction: Postgres['transaction'] = async (work) => {
    const client = await pool.connect();
    let broken: Error | undefined;
    // Between two statements nobody else handles errors, and an unhandled one would end the process.
    const onError = (error: Error): void => {
      broken = error;
    };
    client.on('error', onError);
    try {
      await client.query('BEGIN');
      const result = await work(queryOf(client));
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((failure: unknown) => {
        broken = failure instanceof Error ? failure : new Error(String(failure));
      });
      throw error;
    } finally {
      client.off('error', onError);
      client.release(broken);
    }
  };
  const postgres: Postgres = {
    query: (text, values) => guardPostgres(() => queryOf(pool)(text, values)),
    transaction: (work) => guardPostgres(() => transaction(work)),
    close: () => pool.end(),
  };
  try {
    throwIfAborted(signal);
    await postgres.transaction(async (query) => {
      await query('SELECT pg_advisory_xact_lock($1)', [schemaLock]);
      await makeTables(query);
    });
  } catch (error) {
    await pool.end();
    throw isForeignSchema(error)
      ? new AppError('database-incompatible', 'the tables were created by another version of watchpost', { cause: error })
      : error;
  }
  return postgres;
}

/** A statement of the schema does not fit the tables: undefined_column, undefined_table, datatype_mismatch, wrong_object_type. */
function isForeignSchema(error: unknown): boolean {
  const cause = error instanceof AppError ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && ['42703', '42P01', '42804', '42809'].includes(code);
}

/** Runs the statements unless this list was the last one run: some of them lock tables that other processes use. */
async function makeTables(query: Query): Promise<void> {
  const schemaHash = createHash('sha256').update(schemaStatements.join(';')).digest('hex');
  await query('CREATE SCHEMA IF NOT EXISTS watchpost');
  await query("CREATE TABLE IF NOT EXISTS watchpost.schema_made (id text PRIMARY KEY CHECK (id = 'schema'), hash text NOT NULL)");
  const { rowCount } = await query(
    `INSERT INTO watchpost.schema_made AS made (id, hash) VALUES ('schema', $1)
     ON CONFLICT (id) DO UPDATE SET hash = excluded.hash WHERE made.hash <> excluded.hash`,
    [schemaHash],
  );
  if (rowCount === 0) return;
  for (const statement of schemaStatements) await query(statement);
}

function queryOf(client: Pool | PoolClient): Query {
  return async (text, values) => {
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text, values);
    return { rows, rowCount: rowCount ?? 0 };
  };
}

/** Errors of the database or the connection become `gallery-unavailable`. */
export async function guardPostgres<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('gallery-unavailable', 'the operation on PostgreSQL failed', { cause: error });
  }
}

/** The vector's bytes, little-endian like every machine that we support. */
export function toBytea(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

export function fromBytea(bytes: Buffer | null): Float32Array {
  if (!bytes) return new Float32Array(0);
  // A copy, because the buffer may start at an unaligned offset of a larger one.
  return new Float32Array(new Uint8Array(bytes).buffer);
}
