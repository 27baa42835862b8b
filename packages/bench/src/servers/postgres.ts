import { createHash, randomUUID } from 'node:crypto';
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Client } from 'pg';
import type { Env } from '@watchpost/shared/config/parse-env';
import { toAppError } from '@watchpost/shared/errors';
import { createLogger } from '@watchpost/shared/observability/logger';
import { findBinaries } from '@watchpost/standalone/processes/postgres/binaries';
import { startPostgres } from '@watchpost/standalone/processes/postgres/postgres-server';
import { externalServer, makeFolder, type Server, type ServerOptions } from './server.ts';

export interface PostgresServerOptions extends ServerOptions {
  /** Writes commits to the disk, as production does. Without it a kill loses nothing, a power cut may. Default false. */
  durable?: boolean;
  /** Settings of its own. */
  settings?: Record<string, string>;
}

const never = new AbortController().signal;
const quitMs = 10_000;
/** A template takes seconds to make: one that is unfinished after this time is left over from a run that was killed. */
const unfinishedPrefix = 'postgres-new-';
const unfinishedMs = 3_600_000;
/** For many suites at a time, one of which starts five processes at once, with some forty connections each; without writing to the disk. */
const manyConnections = { max_connections: '400' };
const notDurable = { fsync: 'off', full_page_writes: 'off' };

/** Why there is no PostgreSQL here, or undefined. */
export function postgresMissing(env: Env, { own = false }: ServerOptions = {}): string | undefined {
  if (env['POSTGRES_URL'] && !own) return undefined;
  try {
    findBinaries();
    return undefined;
  } catch (error) {
    return toAppError(error).message;
  }
}

/** A database of its own on the server of POSTGRES_URL, else an embedded server with an empty database. */
export async function providePostgres(
  env: Env,
  { own = false, durable = false, within, settings: more }: PostgresServerOptions = {},
): Promise<Server> {
  const given = env['POSTGRES_URL'];
  if (given && !own) return ownDatabase(given);
  const dataDir = await makeFolder(within);
  await copyFolder(await template(), dataDir);
  const settings = { ...manyConnections, ...(!durable && notDurable), ...more };
  const server = await startPostgres({ dataDir, log: createLogger('database', 'silent'), settings, removeWhenOrphaned: dataDir }, never);
  const signal = (name: NodeJS.Signals): void => {
    for (const pid of familyOf(server.process().pid ?? 0)) send(pid, name);
  };
  const kill = async (): Promise<void> => {
    signal('SIGKILL');
    await server.ended();
  };
  return {
    url: server.url,
    stop: async () => {
      // An immediate shutdown, which gives the shared memory back, of a server that may be paused.
      signal('SIGCONT');
      server.process().kill('SIGQUIT');
      const timer = setTimeout(() => signal('SIGKILL'), quitMs);
      await server.ended();
      clearTimeout(timer);
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
    kill,
    restart: async () => server.start(never),
    pause: () => signal('SIGSTOP'),
    resume: () => signal('SIGCONT'),
  };
}

async function ownDatabase(server: string): Promise<Server> {
  const name = `watchpost_${randomUUID().slice(0, 8)}`;
  const own = new URL(server);
  own.pathname = `/${name}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  return externalServer(own.href, async () => onServer(server, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
}

async function onServer(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A data folder with an empty database, made once and kept. Copying it is five times as fast as making one. */
async function template(): Promise<string> {
  const source = fileURLToPath(import.meta.resolve('@watchpost/standalone/processes/postgres/cluster'));
  const key = createHash('sha256')
    .update(findBinaries().version)
    .update(await readFile(source))
    .digest('hex')
    .slice(0, 12);
  const folder = fileURLToPath(new URL(`../../../../node_modules/.cache/watchpost/postgres-${key}`, import.meta.url));
  await removeUnfinished(dirname(folder));
  if (await stat(folder).catch(() => undefined)) return folder;
  await mkdir(dirname(folder), { recursive: true });
  const fresh = await mkdtemp(join(dirname(folder), unfinishedPrefix));
  const server = await startPostgres(
    { dataDir: fresh, log: createLogger('database', 'silent'), settings: notDurable, removeWhenOrphaned: fresh },
    never,
  );
  await server.stop();
  // Another process may have been faster.
  await rename(fresh, folder).catch(async () => rm(fresh, { recursive: true, force: true }));
  return folder;
}

async function removeUnfinished(parent: string): Promise<void> {
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(unfinishedPrefix)) continue;
    const folder = join(parent, name);
    const { mtimeMs } = await stat(folder).catch(() => ({ mtimeMs: Infinity }));
    if (Date.now() - mtimeMs > unfinishedMs) await rm(folder, { recursive: true, force: true });
  }
}

/** Node's own `cp` takes a second for the thousand files. */
async function copyFolder(from: string, to: string): Promise<void> {
  await promisify(execFile)('cp', ['-R', `${from}/.`, to]);
}

/** A server and its children: each of them has a process group of its own. */
export function familyOf(pid: number): number[] {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  return [pid, ...rows.map((row) => row.trim().split(/\s+/).map(Number)).flatMap(([child = 0, parent]) => (parent === pid ? [child] : []))];
}

/** Sends a signal to a process that may have ended. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended meanwhile.
  }
}
