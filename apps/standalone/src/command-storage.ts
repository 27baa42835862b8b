import { existsSync } from 'node:fs';
import path from 'node:path';
import type { OpenStorage } from '@watchpost/cli/run-command';
import type { Env } from '@watchpost/shared/config/parse-env';
import { createLogger } from '@watchpost/shared/observability/logger';
import { checkDataDir } from './config.ts';
import { feedsFileIn } from './demo/feeds-file.ts';
import { knownQuarantineKey } from './demo/quarantine-key.ts';
import { embeddedPostgresUrl } from './data-folder/embedded-file.ts';
import { demoDataDirOf, nothingIsSet, planFor } from './plan.ts';
import { prepareDataDir } from './data-folder/data-dir.ts';

/**
 * Gives a command the gallery, or the queue, of `npm start`: the running embedded database, or one started for the command until
 * `close`. Does nothing where a URL names it. Rejects as `startPostgres` does.
 */
export const storageForCommand: OpenStorage = async (needs, env, signal) => {
  const asItIs = { env, close: async () => undefined };
  checkDataDir(env);
  const { embedded, dataDir: ownDir } = planFor(env, false);
  const isWanted = needs === 'running' ? embedded.length > 0 : embedded.includes(needs === 'queue' ? 'queue' : 'gallery');
  if (needs === 'nothing' || !isWanted) return asItIs;
  // `pg` reads them from the environment: they are meant for another server.
  for (const name of ['PGOPTIONS', 'PGSSLNEGOTIATION']) delete process.env[name];
  // Where nothing is set the gallery may be the demonstration's.
  const folders = nothingIsSet(env) && needs !== 'installation' ? [ownDir, ...demoFolders(env)] : [ownDir];
  for (const folder of folders) {
    const running = await embeddedPostgresUrl(folder);
    if (running !== undefined) return { env: await envOf(env, folder, running), close: asItIs.close };
  }
  if (needs === 'running') return asItIs;
  const existing = folders.find((folder) => existsSync(path.join(folder, 'postgres')));
  if (existing === undefined && needs !== 'gallery-or-new' && needs !== 'installation') return asItIs;
  const dataDir = existing ?? ownDir;
  await prepareDataDir(dataDir);
  const { startPostgres } = await import('./processes/postgres/postgres-server.ts');
  const server = await startPostgres({ dataDir, log: createLogger('database', 'silent') }, signal);
  return { env: await envOf(env, dataDir, server.url), close: async () => server.stop() };
};

const demoFolders = (env: Env): string[] => [demoDataDirOf(env, 'slack'), demoDataDirOf(env, 'telegram')];

/** With the database of a folder, and what its demonstration has besides: the key for originals and for what waits for approval, and its feeds. */
async function envOf(env: Env, folder: string, url: string): Promise<Env> {
  const found: Env = { ...env, POSTGRES_URL: url };
  if (!demoFolders(env).includes(folder)) return found;
  const key = await knownQuarantineKey(folder);
  const file = feedsFileIn(folder);
  const ofDemo = { QUARANTINE_KEY: key, MESSAGE_KEY: key, FEEDS_FILE: existsSync(file) ? file : undefined };
  for (const [name, value] of Object.entries(ofDemo)) if (value !== undefined) found[name] ??= value;
  return found;
}
