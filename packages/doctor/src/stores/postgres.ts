import { readPostgresFacts, type PostgresFacts } from '@watchpost/gallery/stores/postgres/facts';
import { rulesId, rulesKind } from '@watchpost/rules/store/rules-document';
import { reportClock } from '../clock.ts';
import type { DoctorConfig } from '../config.ts';
import type { Check, Report } from '../finding.ts';
import { reportRules } from '../keys.ts';

const leastVersion = 140_000;
/** What one ingest and one worker open, and a command besides: docs/scale.md. */
const connectionsWithQueue = 80;
const connectionsWithoutQueue = 20;
const fullShare = 0.8;

/** What of ours is on this PostgreSQL. */
interface Use {
  queue: boolean;
  gallery: boolean;
}

/** The PostgreSQL of the queue, the gallery, or both. */
export function postgresChecks(config: DoctorConfig): Check[] {
  const { storage } = config;
  const url = storage?.POSTGRES_URL;
  if (!storage || url === undefined) return [];
  const use: Use = { queue: !storage.REDIS_URL, gallery: !storage.MONGO_CONNECTION_STRING };
  if (!use.queue && !use.gallery)
    return [
      {
        id: 'postgres',
        repair: '',
        examine: async (report) =>
          report.note(
            'postgres',
            'POSTGRES_URL is set, and nothing is kept there: the queue is on Redis, everything else on MongoDB',
            'leave it out',
          ),
      },
    ];
  return [
    {
      id: 'postgres',
      repair:
        'look whether PostgreSQL runs, and whether POSTGRES_URL has its address, user, password and database; until then jobs wait, or events are refused',
      examine: async (report, signal) => {
        const facts = await readPostgresFacts(url, { kind: rulesKind, id: rulesId }, signal);
        reportPostgres(report, facts, use);
        if (use.gallery && facts.forbiddenTables.length === 0) reportRules(report, config, facts.document);
      },
    },
  ];
}

/** Judges what a PostgreSQL says about itself. */
export function reportPostgres(report: Report, facts: PostgresFacts, use: Use): void {
  const { version, isStandby, clock } = facts;
  const shown = `${String(Math.floor(version / 10_000))}.${String(version % 10_000)}`;
  if (version >= leastVersion) report.ok('postgres.version', `PostgreSQL is version ${shown}`);
  else report.fault('postgres.version', `PostgreSQL is version ${shown}, and 14 is needed`, 'update PostgreSQL to 14 or newer');
  if (isStandby)
    report.fault(
      'postgres.role',
      'PostgreSQL is a standby: it takes no writes',
      'let POSTGRES_URL name the primary, or add target_session_attrs=read-write',
    );
  reportConnections(report, facts, use);
  reportDurability(report, facts);
  reportSettings(report, facts, use);
  reportRights(report, facts);
  reportClock(report, 'postgres.clock', clock, { who: 'PostgreSQL', warnMs: 5_000, faultMs: 60_000 });
  reportIndexes(report, facts, use);
}

function reportConnections(report: Report, { settings, connections, connectionLimit }: PostgresFacts, { queue }: Use): void {
  const id = 'postgres.connections';
  const number = (name: string): number => Number(settings.get(name) ?? 0);
  const most = number('max_connections') - number('superuser_reserved_connections') - number('reserved_connections');
  const needed = queue ? connectionsWithQueue : connectionsWithoutQueue;
  const repair = `set max_connections to ${String(queue ? 100 : 40)} at least, with ${queue ? '50 more for each further worker and 25 for each further ingest' : '10 more for each further process'}`;
  if (connectionLimit !== null && connectionLimit < Math.min(most, needed))
    report.fault(
      id,
      `our user may open ${String(connectionLimit)} connections in this database, and one ingest, one worker and a command open some ${String(needed)}`,
      'ALTER ROLE … CONNECTION LIMIT -1, and ALTER DATABASE … CONNECTION LIMIT -1',
    );
  else if (most < needed)
    report.fault(
      id,
      `PostgreSQL takes ${String(most)} connections of users, and one ingest, one worker and a command open some ${String(needed)}`,
      repair,
    );
  else if (connections / most > fullShare) report.warning(id, `${String(connections)} of ${String(most)} connections are open`, repair);
  else report.ok(id, `${String(connections)} of ${String(most)} connections are open`);
}

function reportDurability(report: Report, { settings }: PostgresFacts): void {
  const id = 'postgres.durability';
  const unsafe = ['fsync', 'full_page_writes'].filter((name) => settings.get(name) === 'off');
  for (const name of unsafe)
    report.fault(
      id,
      `${name} is off: a crash of the machine can destroy the database`,
      `ALTER SYSTEM SET ${name} = on, then SELECT pg_reload_conf()`,
    );
  if (settings.get('synchronous_commit') === 'off')
    report.warning(
      id,
      'synchronous_commit is off: a crash of the server loses the last moment, also events that were acknowledged',
      'ALTER SYSTEM SET synchronous_commit = on, then SELECT pg_reload_conf()',
    );
  else if (unsafe.length === 0)
    report.ok(id, `what is committed is on the disk (synchronous_commit ${settings.get('synchronous_commit') ?? 'on'})`);
}

function reportRights(report: Report, { settings, isStandby, mayCreate, hasGallery, forbiddenTables, database }: PostgresFacts): void {
  if (!isStandby && settings.get('default_transaction_read_only') === 'on')
    report.fault(
      'postgres.role',
      'our user only reads (default_transaction_read_only is on): nothing can be written',
      'look whether its disk is full, for which providers set this; then ALTER ROLE … RESET default_transaction_read_only, or the same of the database',
    );
  const [table = ''] = forbiddenTables;
  if (forbiddenTables.length > 0)
    report.fault(
      'postgres.rights',
      `our user may not read and write ${forbiddenTables.length === 1 ? table : `${String(forbiddenTables.length)} tables, such as ${table}`}`,
      `let POSTGRES_URL name the owner of the tables, or GRANT USAGE ON SCHEMA ${table.split('.')[0] ?? ''}, and ALL ON ALL TABLES IN it, TO our user`,
    );
  if (!mayCreate && !hasGallery)
    report.fault('postgres.rights', 'our user may not make a schema in this database', `GRANT CREATE ON DATABASE ${database} TO our user`);
}

function reportSettings(report: Report, { settings, sharesConnections }: PostgresFacts, { queue }: Use): void {
  const encoding = settings.get('server_encoding');
  if (encoding === 'UTF8') report.ok('postgres.encoding', 'the database’s encoding is UTF8');
  else
    report.fault(
      'postgres.encoding',
      `the database’s encoding is ${encoding ?? 'unknown'}: names and texts will be refused`,
      'make a database with ENCODING UTF8 and TEMPLATE template0',
    );
  if (sharesConnections)
    report.fault(
      'postgres.pooler',
      'a pooler between us lends connections for single transactions: LISTEN and session settings do not work through it',
      'let POSTGRES_URL lead to PostgreSQL itself, or to a pool with pool_mode = session',
    );
  else report.ok('postgres.pooler', 'connections are our own for as long as they are open');
  const idleMs = Number(settings.get('idle_session_timeout') ?? 0);
  if (queue && idleMs > 0)
    report.warning(
      'postgres.idle',
      `idle sessions are closed after ${String(idleMs / 1_000)} s (idle_session_timeout): workers connect again and again`,
      'ALTER ROLE … SET idle_session_timeout = 0 for our user',
    );
}

function reportIndexes(report: Report, { hasGallery, missingIndexes, invalidIndexes, database }: PostgresFacts, { gallery }: Use): void {
  const id = 'postgres.indexes';
  for (const name of invalidIndexes) report.fault(id, `the index ${name} is invalid: PostgreSQL does not use it`, `REINDEX INDEX ${name}`);
  if (!gallery) return;
  if (!hasGallery) report.note('postgres.gallery', `there is no gallery in the database ${database} yet: the first worker makes it`);
  else if (missingIndexes.length > 0)
    report.fault(
      id,
      `${String(missingIndexes.length)} ${missingIndexes.length === 1 ? 'index is' : 'indexes are'} missing: ${missingIndexes.join(', ')}`,
      'DELETE FROM watchpost.schema_made, then start a worker again: it makes missing indexes',
    );
  else if (invalidIndexes.length === 0) report.ok(id, `all indexes are in the database ${database}`);
}
