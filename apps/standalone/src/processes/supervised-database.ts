import { rm, writeFile } from 'node:fs/promises';
import type { Logger } from '@watchpost/shared/observability/logger';
import { embeddedFile } from './embedded-file.ts';
import { thisProcess } from './is-running.ts';
import { keepRunning } from './keep-running.ts';
import { startPostgres } from './postgres/postgres-server.ts';

export interface SupervisedDatabaseOptions {
  dataDir: string;
  log: Logger;
  say: (text: string) => void;
}

export interface SupervisedDatabase {
  /** Stays the same over restarts. */
  url: string;
  stop(): Promise<void>;
}

/**
 * The embedded PostgreSQL, started again when it ends unexpectedly. While it runs, its URL is in the data folder, for commands. Rejects
 * as `startPostgres` does.
 */
export async function superviseDatabase(
  { dataDir, log, say }: SupervisedDatabaseOptions,
  signal: AbortSignal,
): Promise<SupervisedDatabase> {
  const server = await startPostgres({ dataDir, log }, signal);
  const stopping = new AbortController();
  const { ended, url } = server;
  const start = async (): Promise<void> => server.start(stopping.signal);
  // Without a limit: on a full disk PostgreSQL exits at every start until there is room again. Jobs wait.
  const kept = keepRunning({ name: 'the embedded database', ended, start, say }, stopping.signal);
  await writeFile(embeddedFile(dataDir), JSON.stringify({ url, ...(await thisProcess()) }), { mode: 0o600 });
  return {
    url,
    stop: async () => {
      stopping.abort();
      await rm(embeddedFile(dataDir), { force: true });
      await server.stop();
      await kept;
    },
  };
}
