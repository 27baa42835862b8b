import { existsSync } from 'node:fs';
import path from 'node:path';
import { embeddedPostgresUrl } from './processes/embedded-file.ts';
import { createLogger } from '@watchpost/shared/observability/logger';
import { planFor } from './plan.ts';

export interface CommandStorage {
  /** The environment with POSTGRES_URL for what no other URL provides. */
  env: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/** Commands that need no gallery. */
const withoutStorage = new Set(['analyze', 'bench', 'help', '--help', '-h']);
/** Commands that may run before the first start: they create the data folder. */
const filling = new Set(['import', 'enroll', 'restore']);

/**
 * Gives a command the gallery of `npm start`: the running embedded database, or one started for the command until `close`. Where a URL
 * names the gallery, nothing is done. Rejects as `startPostgres` does.
 */
export async function storageForCommand(command: string | undefined, env: NodeJS.ProcessEnv): Promise<CommandStorage> {
  const asItIs = { env, close: async () => undefined };
  const { embedded, dataDir } = planFor(env);
  if (!embedded.includes('gallery') || command === undefined || withoutStorage.has(command)) return asItIs;
  const running = await embeddedPostgresUrl(dataDir);
  if (running !== undefined) return { env: { ...env, POSTGRES_URL: running }, close: asItIs.close };
  if (!existsSync(path.join(dataDir, 'postgres')) && !filling.has(command)) return asItIs;
  const { startPostgres } = await import('./processes/postgres/postgres-server.ts');
  const server = await startPostgres({ dataDir, log: createLogger('database', 'silent') });
  return { env: { ...env, POSTGRES_URL: server.url }, close: async () => server.stop() };
}
