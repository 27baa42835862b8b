import { rm, writeFile } from 'node:fs/promises';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { unusable } from '../data-folder/data-dir.ts';
import { embeddedFile } from '../data-folder/embedded-file.ts';
import { thisProcess } from '../data-folder/is-running.ts';
import { keepRunning } from './keep-running.ts';
import { startPostgres } from './postgres/postgres-server.ts';
import { defaultWatchdogTimes, watchServer, type WatchdogTimes } from './postgres/watchdog.ts';

export interface SupervisedDatabaseOptions {
  dataDir: string;
  log: Logger;
  say: (text: string) => void;
  /** Another process has taken the data folder: everything has to stop. */
  onGivenUp?: (error: AppError) => void;
  watchdog?: WatchdogTimes;
}

export interface SupervisedDatabase {
  /** Stays the same over restarts. */
  url: string;
  stop(): Promise<void>;
}

const name = 'the embedded database';

/**
 * The embedded PostgreSQL, started again when it ends unexpectedly, and ended and started again when it does not answer. While it runs, its
 * URL is in the data folder, for commands. Rejects as `startPostgres` does, and with `data-dir-unusable`.
 */
export async function superviseDatabase(
  { dataDir, log, say, onGivenUp, watchdog = defaultWatchdogTimes }: SupervisedDatabaseOptions,
  signal: AbortSignal,
): Promise<SupervisedDatabase> {
  const stopping = new AbortController();
  const onLost = (): void => {
    stopping.abort();
    const message = `${dataDir} was taken by another process while this one was frozen: the database has been killed here, nothing is lost`;
    onGivenUp?.(new AppError('data-dir-in-use', message));
  };
  const server = await startPostgres({ dataDir, log, onLost }, signal);
  const { ended, url } = server;
  const start = async (): Promise<void> => server.start(stopping.signal);
  // Without a limit: on a full disk PostgreSQL exits at every start until there is room again. Jobs wait.
  const kept = keepRunning({ name, ended, start, say }, stopping.signal);
  const onHung = async (what: string): Promise<void> => {
    // Between two starts nobody answers.
    if (!server.hasProcess()) return;
    say(`${name} ${what}: ending it`);
    await server.end();
  };
  const watched = watchServer(url, watchdog, onHung, stopping.signal);
  const stop = async (): Promise<void> => {
    stopping.abort();
    // One that stays is not trusted when this process has ended.
    await rm(embeddedFile(dataDir), { force: true }).catch(() => undefined);
    await server.stop();
    await Promise.all([kept, watched]);
  };
  try {
    await writeFile(embeddedFile(dataDir), JSON.stringify({ url, ...(await thisProcess()) }), { mode: 0o600 });
  } catch (error) {
    await stop();
    throw unusable(dataDir, error);
  }
  return { url, stop };
}
