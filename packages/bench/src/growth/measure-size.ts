import { Client } from 'pg';

/** A table at one moment. Bytes are those of its indexes and its large values too. */
export interface TableSize {
  table: string;
  bytes: number;
  live: number;
  dead: number;
}

export interface DatabaseSize {
  /** Tables and the write-ahead log. */
  bytes: number;
  walBytes: number;
  /** Written to the log since the server was made. */
  walWrittenBytes: number;
  tables: TableSize[];
}

/** What the embedded database takes on the disk. */
export async function measureSize(url: string): Promise<DatabaseSize> {
  const client = new Client(url);
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string; bytes: string; live: string; dead: string }>(
      `SELECT schemaname || '.' || relname AS name, pg_total_relation_size(relid) AS bytes, n_live_tup AS live, n_dead_tup AS dead
       FROM pg_stat_user_tables WHERE schemaname IN ('bullmq', 'watchpost') ORDER BY 1`,
    );
    const { rows: totals } = await client.query<{ wal: string; written: string; database: string }>(
      `SELECT (SELECT sum(size) FROM pg_ls_waldir()) AS wal, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') AS written,
         pg_database_size(current_database()) AS database`,
    );
    const { wal = '0', written = '0', database = '0' } = totals[0] ?? {};
    return {
      bytes: Number(database) + Number(wal),
      walBytes: Number(wal),
      walWrittenBytes: Number(written),
      tables: rows.map(({ name, bytes, live, dead }) => ({ table: name, bytes: Number(bytes), live: Number(live), dead: Number(dead) })),
    };
  } finally {
    await client.end();
  }
}
