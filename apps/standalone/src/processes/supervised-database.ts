import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { embeddedFile } from './embedded-file.ts';
import { AppError } from '@watchpost/shared/errors';
import { startDatabaseProcess } from './database-process.ts';
import { freePortFrom } from './ports.ts';

export interface SupervisedDatabaseOptions {
  dataDir: string;
  say: (text: string) => void;
  onGivenUp: (error: AppError) => void;
}

export interface SupervisedDatabase {
  /** Stays the same over restarts. */
  url: string;
  stop(): Promise<void>;
}

/** Not a common port, and out of the range that the system gives to outgoing connections. */
const firstPort = 15_432;
const maxRestarts = 5;

/**
 * The embedded database in its own process, started again when it ends unexpectedly. While it runs, its URL lies in the data
 * folder, for commands. Rejects as `startPgliteServer` does.
 */
export async function superviseDatabase({ dataDir, say, onGivenUp }: SupervisedDatabaseOptions): Promise<SupervisedDatabase> {
  const order = {
    dataDir,
    port: await freePortFrom(firstPort, '127.0.0.1'),
    password: randomBytes(18).toString('base64url'),
    logLevel: 'warn',
  };
  // The process that creates a database needs twice the memory, and keeps it: another one goes on from there.
  if (!existsSync(path.join(dataDir, 'postgres', 'PG_VERSION'))) await (await startDatabaseProcess(order)).stop();
  let running = await startDatabaseProcess(order);
  let stopping = false;
  const { url } = running;

  const keepRunning = async (): Promise<void> => {
    for (let restarts = 0; ; restarts += 1) {
      await running.exited;
      if (stopping) return;
      if (restarts === maxRestarts) {
        onGivenUp(new AppError('embedded-database-failed', 'the embedded database keeps ending'));
        return;
      }
      say('the embedded database ended unexpectedly; starting it again');
      await delay(500 * 2 ** restarts);
      if (stopping) return;
      running = await startDatabaseProcess(order);
    }
  };
  const kept = keepRunning().catch((error: unknown) => {
    onGivenUp(new AppError('embedded-database-failed', 'the embedded database did not start again', { cause: error }));
  });
  await writeFile(embeddedFile(dataDir), JSON.stringify({ url, pid: process.pid }), { mode: 0o600 });
  return {
    url,
    stop: async () => {
      stopping = true;
      await rm(embeddedFile(dataDir), { force: true });
      await running.stop();
      await kept;
    },
  };
}
