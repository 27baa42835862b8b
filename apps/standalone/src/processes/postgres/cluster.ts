import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { spawnGuarded } from '../guarded.ts';
import type { Binaries } from './binaries.ts';
import type { RunAs } from './run-as.ts';

/** Role and database. */
export const owner = 'watchpost';
/** The on-disk format: clusters of another major version cannot be opened. */
const majorVersion = '17';
const passwordFile = 'watchpost-password';

export const clusterFolder = (dataDir: string): string => path.join(path.resolve(dataDir), 'postgres');

/** What every PostgreSQL program of ours sees: English messages, no secrets of ours. */
export const programEnv = (): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
});

/**
 * Makes the cluster (PostgreSQL's word for a folder of databases) where there is none. It is built beside its place and renamed, so half
 * a cluster is never taken for a whole one. Resolves with the password of the role `watchpost`. Rejects with
 * `embedded-database-failed`, also where the folder holds something else. Only the holder of the data folder's lock may call it.
 */
export async function ensureCluster(dataDir: string, binaries: Binaries, runAs: RunAs): Promise<string> {
  const cluster = clusterFolder(dataDir);
  if (await isEmpty(cluster)) await makeCluster(cluster, binaries, runAs);
  try {
    const version = (await readFile(path.join(cluster, 'PG_VERSION'), 'utf8')).trim();
    if (version !== majorVersion) throw new Error(`it has the format of version ${version}, not ${majorVersion}`);
    return await readFile(path.join(cluster, passwordFile), 'utf8');
  } catch (error) {
    throw new AppError(
      'embedded-database-failed',
      `${cluster} is not an embedded database that this version can open: move it away to start with an empty one`,
      { cause: error },
    );
  }
}

async function isEmpty(folder: string): Promise<boolean> {
  try {
    return (await readdir(folder)).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    throw error;
  }
}

async function makeCluster(cluster: string, { initdb, postgres }: Binaries, runAs: RunAs): Promise<void> {
  const temporary = `${cluster}.new`;
  const fresh = path.join(temporary, 'cluster');
  const secret = path.join(temporary, passwordFile);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { mode: 0o700 });
  await writeFile(secret, randomBytes(24).toString('base64url'), { mode: 0o600 });
  if (runAs.uid !== undefined) for (const each of [temporary, secret]) await chown(each, runAs.uid, runAs.gid ?? runAs.uid);
  const auth = ['--username', owner, '--pwfile', secret, '--auth', 'scram-sha-256'];
  await runProgram([initdb, '--pgdata', fresh, ...auth, '--encoding', 'UTF8', '--locale', 'C', '--no-instructions'], '', runAs);
  // Without a server: PostgreSQL's single-user mode reads a statement a line.
  await runProgram([postgres, '--single', '-D', fresh, '-c', 'exit_on_error=on', 'postgres'], `CREATE DATABASE ${owner};\n`, runAs);
  await rename(secret, path.join(fresh, passwordFile));
  await rmdir(cluster).catch(() => undefined);
  await rename(fresh, cluster);
  await rm(temporary, { recursive: true, force: true });
}

async function runProgram(command: string[], input: string, { wrapper, ...user }: RunAs): Promise<void> {
  const child = spawnGuarded([...wrapper, ...command], { ...user, env: programEnv(), cwd: path.parse(process.cwd()).root });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(input);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0) {
    const program = path.basename(command[0] ?? '');
    throw new AppError('embedded-database-failed', `${program} failed:\n${output.trim().split('\n').slice(-5).join('\n')}`);
  }
}
