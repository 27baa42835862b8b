import { createHash } from 'node:crypto';
import { Pool, type PoolClient } from 'pg';
import { z } from 'zod';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { galleryFormat } from '../../domain.ts';
import { guardPostgres, isConflict, isForeignSchema, lockNotAvailable, sqlState } from './errors.ts';
import { schemaLock, schemaStatements, tableNames } from './schema.ts';

/** Runs one statement; rows are untyped until a schema parses them. */
export type Query = (text: string, values?: unknown[]) => Promise<{ rows: unknown[]; rowCount: number }>;

export interface Postgres {
  /** One statement, in a transaction of its own. Rejects like `guardPostgres`. */
  query: (text: string, values: unknown[], signal: AbortSignal) => Promise<{ rows: unknown[]; rowCount: number }>;
  /** Runs `work` in one transaction; rolls back when it throws. Locks are held over round trips: for what has its own limits only. */
  transaction: <T>(work: (query: Query) => Promise<T>, signal: AbortSignal) => Promise<T>;
  close: () => Promise<void>;
}

/**
 * For every connection, whatever the server, the role or the URL say: nobody waits long for a lock, and a process that is stopped
 * within a transaction does not hold its locks for long. Commits take part in no stricter isolation than they are written for. Dates come
 * as the driver reads them, and an idle connection, the listening one above all, is not closed (PostgreSQL 14 and later would).
 */
export const settings = `SET lock_timeout = '2s'; SET statement_timeout = '25s'; SET idle_in_transaction_session_timeout = '5s';
  SET default_transaction_isolation = 'read committed'; SET default_transaction_deferrable = off;
  SET datestyle = 'ISO'; SELECT set_config(name, '0', false) FROM pg_settings WHERE name = 'idle_session_timeout'`;

/** Making the tables waits for another process that does the same. */
const makingMs = 30_000;
const betweenTriesMs = 200;

/** Opens a connection pool and creates missing tables. Rejects with `gallery-unavailable`, or with `database-incompatible`. */
export async function connectPostgres(url: string, log: Logger, signal: AbortSignal): Promise<Postgres> {
  const pool = new Pool({
    connectionString: url,
    max: 4,
    connectionTimeoutMillis: 5_000,
    query_timeout: 30_000,
    keepAlive: true,
    application_name: 'watchpost',
    // oxlint-disable-next-line typescript/no-misused-promises -- pg-pool waits for it, whatever its types say
    onConnect: async (client) => void (await client.query(settings)),
  });
  pool.on('error', (error) => log.debug({ err: error }, 'an idle database connection broke'));

  const postgres: Postgres = {
    query: (text, values, signal) => guardPostgres(() => queryOf(pool)(text, values), signal),
    transaction: (work, signal) => guardPostgres(() => transaction(pool, work), signal),
    close: () => pool.end(),
  };
  try {
    throwIfAborted(signal);
    await makeTables(postgres, signal);
  } catch (error) {
    await pool.end();
    throw isForeignSchema(error)
      ? new AppError('database-incompatible', 'the tables were created by another version of watchpost', { cause: error })
      : error;
  }
  return postgres;
}

async function transaction<T>(pool: Pool, work: (query: Query) => Promise<T>): Promise<T> {
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
}

const madeSchema = z.object({ hash: z.string(), format: z.number() });

/** Runs the statements unless this list was the last one run and no table is missing, or a newer release keeps the gallery: some of them lock tables that other processes use. */
async function makeTables(postgres: Postgres, signal: AbortSignal): Promise<void> {
  const schemaHash = createHash('sha256').update(schemaStatements.join(';')).digest('hex');
  for (const deadline = Date.now() + makingMs; ;) {
    const made = await madeBy(postgres, signal);
    if (made && (made.hash === schemaHash || made.format > galleryFormat)) return;
    try {
      await postgres.transaction(async (query) => {
        await query('SELECT pg_advisory_xact_lock($1)', [schemaLock]);
        // IF NOT EXISTS asks for the right to create it even where it exists.
        const { rowCount } = await query("SELECT FROM pg_namespace WHERE nspname = 'watchpost'");
        if (rowCount === 0) await query('CREATE SCHEMA watchpost');
        await query("CREATE TABLE IF NOT EXISTS watchpost.schema_made (id text PRIMARY KEY CHECK (id = 'schema'), hash text NOT NULL)");
        for (const statement of schemaStatements) await query(statement);
        await query(
          "INSERT INTO watchpost.schema_made (id, hash) VALUES ('schema', $1) ON CONFLICT (id) DO UPDATE SET hash = excluded.hash",
          [schemaHash],
        );
      }, signal);
      return;
    } catch (error) {
      if (Date.now() > deadline || !(isConflict(error) || sqlState(error) === lockNotAvailable)) throw error;
    }
    await pause(betweenTriesMs, signal);
  }
}

/** Which list of statements was run last, and the format of the gallery; null before the first time. */
async function madeBy({ query }: Postgres, signal: AbortSignal): Promise<z.infer<typeof madeSchema> | null> {
  const columns = await query(
    `SELECT FROM information_schema.columns
     WHERE table_schema = 'watchpost' AND (table_name, column_name) IN (('schema_made', 'hash'), ('gallery', 'format'))`,
    [],
    signal,
  );
  if (columns.rowCount < 2) return null;
  const tables = await query("SELECT FROM pg_tables WHERE schemaname = 'watchpost' AND tablename = ANY($1)", [tableNames], signal);
  if (tables.rowCount < tableNames.length) return null;
  const { rows } = await query('SELECT hash, format FROM watchpost.schema_made, watchpost.gallery', [], signal);
  return rows.length === 0 ? null : madeSchema.parse(rows[0]);
}

function queryOf(client: Pool | PoolClient): Query {
  return async (text, values) => {
    const { rows, rowCount } = await client.query<Record<string, unknown>>(text, values);
    return { rows, rowCount: rowCount ?? 0 };
  };
}

/** The vector's bytes, little-endian like every machine that we support. */
export function toBytea(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** The bytes of a vector; null if they are no list of float32. */
export function fromBytea(bytes: Buffer | null): Float32Array | null {
  if (!bytes) return new Float32Array(0);
  if (bytes.byteLength % Float32Array.BYTES_PER_ELEMENT !== 0) return null;
  // A copy, because the buffer may start at an unaligned offset of a larger one.
  return new Float32Array(new Uint8Array(bytes).buffer);
}
