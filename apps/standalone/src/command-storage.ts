import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpenStorage } from '@watchpost/cli/run-command';
import { createLogger } from '@watchpost/shared/observability/logger';
import { embeddedPostgresUrl } from './processes/embedded-file.ts';
import { planFor } from './plan.ts';

/**
 * Lets a command reach the gallery where `npm start` keeps it: through the database of one that is running, else by opening the data
 * folder itself until `close`. Does nothing where a URL provides the gallery. Rejects as `startPgliteServer` does.
 */
export const storageForCommand: OpenStorage = async (needs, env) => {
  const asItIs = { env, close: async () => undefined };
  const { embedded, dataDir } = planFor(env);
  if (needs === 'nothing' || !embedded.includes('gallery')) return asItIs;
  const running = await embeddedPostgresUrl(dataDir);
  if (running !== undefined) return { env: { ...env, POSTGRES_URL: running }, close: asItIs.close };
  if (!existsSync(path.join(dataDir, 'postgres')) && needs !== 'gallery-or-new') return asItIs;
  const { startPgliteServer } = await import('./processes/pglite-server.ts');
  const server = await startPgliteServer({ dataDir, host: '127.0.0.1', port: 0 }, createLogger('database', 'silent'));
  return { env: { ...env, POSTGRES_URL: server.url }, close: async () => server.close() };
};
