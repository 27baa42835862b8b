import { Client } from 'pg';
import { z } from 'zod';
import type { StoredDocument } from '@watchpost/shared/documents/document-store';
import { AppError } from '@watchpost/shared/errors';
import { raceAbort } from '@watchpost/shared/wait';
import { indexNames } from './schema.ts';

/** What a PostgreSQL says about itself, and about our tables. */
export interface PostgresFacts {
  database: string;
  /** As in `server_version_num`: 170002. */
  version: number;
  /** Settings by name, as `pg_settings` has them: numbers in the unit there. */
  settings: ReadonlyMap<string, string>;
  /** What everybody together has open now. */
  connections: number;
  /** How many our user may open, and this database takes; null: no fewer than the server. */
  connectionLimit: number | null;
  /** Of the server, milliseconds since 1970; and when it was asked, by our clock. */
  clock: { theirsMs: number; oursMs: number };
  /** A standby takes no writes. */
  isStandby: boolean;
  /** Two of our connections had one of the server's in turn: between us is a pooler that lends one for a transaction. */
  sharesConnections: boolean;
  /** Whether a gallery has been made here. */
  hasGallery: boolean;
  missingIndexes: string[];
  /** Indexes of ours and of the queue's that PostgreSQL does not use. */
  invalidIndexes: string[];
  /** Whether our user may make tables in this database. */
  mayCreate: boolean;
  /** Tables of ours and of the queue's that our user may not read and write, with their schema. */
  forbiddenTables: string[];
  /** The document that was asked for; null: there is none, or our user may not read it. */
  document: StoredDocument | null;
}

const connectTimeoutMs = 4_000;

/** Asks the PostgreSQL of a URL, and reads one of our documents. Writes nothing. Rejects with `gallery-unavailable`. */
export async function readPostgresFacts(url: string, wanted: { kind: string; id: string }, signal: AbortSignal): Promise<PostgresFacts> {
  const clients = [0, 1].map(() => newClient(url));
  const [one, other] = clients;
  try {
    if (!one || !other) throw new AppError('internal', 'no client');
    await raceAbort(one.connect(), signal);
    const oursMs = Date.now();
    const ask = async (text: string, values?: unknown[]): Promise<unknown[]> => (await raceAbort(one.query(text, values), signal)).rows;
    const [main] = mainSchema.parse(await ask(mainQuery));
    const settings = settingsSchema.parse(await ask('SELECT name, setting FROM pg_settings'));
    const found = namesSchema.parse(await ask("SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'watchpost'"));
    const invalid = namesSchema.parse(await ask(invalidQuery));
    const forbidden = namesSchema.parse(await ask(forbiddenQuery)).map(({ name }) => name);
    const documents =
      main.hasGallery && !forbidden.includes('watchpost.documents')
        ? documentSchema.parse(await ask(documentQuery, [wanted.kind, wanted.id]))
        : [];
    const names = new Set(found.map(({ name }) => name));
    await raceAbort(other.connect(), signal);
    return {
      ...main,
      clock: { theirsMs: main.theirsMs, oursMs },
      version: Number(settings.find(({ name }) => name === 'server_version_num')?.setting ?? 0),
      settings: new Map(settings.map(({ name, setting }) => [name, setting])),
      missingIndexes: main.hasGallery ? indexNames.filter((name) => !names.has(name)) : [],
      forbiddenTables: forbidden,
      invalidIndexes: invalid.map(({ name }) => name),
      sharesConnections: await raceAbort(shareOneConnection(one, other), signal),
      document: documents[0] ? { ...wanted, ...documents[0], keys: [], expiresAtMs: null } : null,
    };
  } catch (error) {
    if (error instanceof AppError && error.code === 'aborted') throw error;
    throw new AppError('gallery-unavailable', `PostgreSQL does not answer: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    await Promise.all(clients.map(async (client) => raceAbort(client.end(), AbortSignal.timeout(1_000)).catch(() => undefined)));
  }
}

function newClient(url: string): Client {
  const client = new Client({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: connectTimeoutMs,
    application_name: 'watchpost doctor',
  });
  // What is wrong is told by the query that fails.
  client.on('error', () => undefined);
  return client;
}

const mainSchema = z.tuple([
  z
    .object({
      database: z.string(),
      now: z.coerce.number(),
      connections: z.coerce.number(),
      limit: z.coerce.number().nullable(),
      standby: z.boolean(),
      gallery: z.boolean(),
      creates: z.boolean(),
    })
    .transform(({ database, now, connections, limit, standby, gallery, creates }) => ({
      database,
      theirsMs: now,
      connections,
      connectionLimit: limit,
      isStandby: standby,
      hasGallery: gallery,
      mayCreate: creates,
    })),
]);
const settingsSchema = z.array(z.object({ name: z.string(), setting: z.string() }));
const namesSchema = z.array(z.object({ name: z.string() }));

const documentSchema = z.array(z.object({ revision: z.coerce.number(), atMs: z.coerce.number(), body: z.unknown() }));

const mainQuery = `SELECT current_database() AS database, extract(epoch FROM clock_timestamp()) * 1000 AS now,
  (SELECT sum(numbackends) FROM pg_stat_database) AS connections,
  least((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user AND rolconnlimit >= 0 AND NOT rolsuper),
    (SELECT datconnlimit FROM pg_database WHERE datname = current_database() AND datconnlimit >= 0)) AS "limit",
  pg_is_in_recovery() AS standby,
  EXISTS (SELECT FROM pg_tables WHERE schemaname = 'watchpost' AND tablename = 'persons') AS gallery,
  has_database_privilege(current_database(), 'CREATE') AS creates`;
const documentQuery = `SELECT revision, extract(epoch FROM at) * 1000 AS "atMs", body FROM watchpost.documents WHERE kind = $1 AND id = $2`;
const invalidQuery = `SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_index JOIN pg_class c ON c.oid = indexrelid JOIN pg_namespace n ON n.oid = relnamespace
  WHERE NOT indisvalid AND nspname IN ('watchpost', 'bullmq')`;

/** Also where our user may not even look into the schema. */
const forbiddenQuery = `SELECT format('%I.%I', nspname, relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
  WHERE nspname IN ('watchpost', 'bullmq') AND relkind IN ('r', 'p') AND NOT (has_schema_privilege(n.oid, 'USAGE')
    AND has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
    AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')) ORDER BY 1`;

interface Asked {
  query(text: string): Promise<{ rows: unknown[] }>;
}

/**
 * Whether a pooler lends connections for single transactions: the second client then gets the connection that the first one has just given
 * back, and the first one another. Connected to the server itself, or lent for a session, each keeps its own.
 */
export async function shareOneConnection(one: Asked, other: Asked): Promise<boolean> {
  const pidOf = async (client: Asked): Promise<number> =>
    z.tuple([z.object({ pid: z.number() })]).parse((await client.query('SELECT pg_backend_pid() AS pid')).rows)[0].pid;
  const before = await pidOf(one);
  await other.query('BEGIN');
  try {
    const others = await pidOf(other);
    return others === before || (await pidOf(one)) !== before;
  } finally {
    await other.query('ROLLBACK');
  }
}
