import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { answers } from '../../data-folder/answers.ts';
import { lockDataDir, lockFile } from '../../data-folder/data-lock.ts';
import { isRunning } from '../../data-folder/is-running.ts';
import { type Address, addressFor } from './address.ts';
import { findBinaries } from './binaries.ts';
import { clusterFolder, ensureCluster } from './cluster.ts';
import { kernelLockFor } from './kernel-lock.ts';
import { killLeftOvers } from './left-overs.ts';
import { runAsFor } from './run-as.ts';
import { endServer, lockedLine, spawnServer, type EndingTimes, type ServerProcess } from './server-process.ts';

export interface PostgresOptions {
  /** Keeps the data, in `postgres`, and belongs to this process until `stop`. */
  dataDir: string;
  log: Logger;
  /** More settings of PostgreSQL, over ours. */
  settings?: Record<string, string>;
  /** Removed when this process is gone and the server with it; the server is killed then. */
  removeWhenOrphaned?: string;
  /** How long a server that still uses the folder may take to end. Milliseconds, default 15 s. */
  patienceMs?: number;
  /** Another process has taken the data folder, because this one was frozen. The server has been killed and does not start again. */
  onLost?: () => void;
}

export interface PostgresServer {
  /** postgres:// URL with the password. The same after every start. */
  url: string;
  /** The running server's process. */
  process: () => ChildProcess;
  /** Resolves with the last lines of its log when the server that runs now has ended. */
  ended: () => Promise<string[]>;
  /** Starts it again after it ended. Rejects as `startPostgres` does. */
  start: (signal: AbortSignal) => Promise<void>;
  /** Whether there is a process of the server, also while it starts. */
  hasProcess: () => boolean;
  /** Ends a server that does not answer, also while it starts. Resolves when it has ended. */
  end: () => Promise<void>;
  /** Ends all connections, writes everything down, and gives the data folder back. */
  stop: () => Promise<void>;
}

/**
 * For one ingest, some workers and some commands on a small machine: a worker holds dozens of connections, most of them idle. Everything else is PostgreSQL's default: a commit is on the disk.
 * The log has neither statements nor their values, which could be names or faces.
 */
const ownSettings = {
  max_connections: '200',
  shared_buffers: '32MB',
  huge_pages: 'off',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  // Rows go every minute; by default the room of a fifth of all would be left unused before it is used again.
  autovacuum_vacuum_scale_factor: '0.05',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_line_prefix: '',
  lc_messages: 'C',
};
const defaultPatienceMs = 15_000;
const portsTried = 5;
/** A server that is stopped may have much to write down; one that does not answer is given less time. */
const stopping: EndingTimes = { fastMs: 15_000, immediateMs: 7_000 };
const hanging: EndingTimes = { fastMs: 2_000, immediateMs: 6_000 };

/**
 * Starts the embedded PostgreSQL and makes its data folder where there is none. When this process ends without `stop`, the server ends
 * too. Rejects with `data-dir-in-use`, `embedded-database-failed` or `aborted`; `signal` ends the start, not the server.
 */
export async function startPostgres(options: PostgresOptions, signal: AbortSignal): Promise<PostgresServer> {
  const { dataDir, log, removeWhenOrphaned, patienceMs = defaultPatienceMs } = options;
  const lost = new AbortController();
  let unlock = async (): Promise<void> => undefined;
  let current: ServerProcess | undefined;
  try {
    const binaries = findBinaries();
    const folder = clusterFolder(dataDir);
    unlock = await lockDataDir(dataDir, signal, () => {
      lost.abort(new AppError('data-dir-in-use', `${folder} was taken by another process while this one was frozen`));
      current?.child.kill('SIGKILL');
      void killLeftOvers(folder).finally(() => options.onLost?.());
    });
    const runAs = await runAsFor(existsSync(folder) ? folder : dataDir);
    const password = await ensureCluster(dataDir, binaries, runAs);
    const launchAt = async (address: Address, each: AbortSignal): Promise<ServerProcess> => {
      const settings = { ...ownSettings, ...address.settings, ...options.settings };
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const command = [...(await kernelLockFor(folder, runAs)), binaries.postgres, '-D', folder, ...args];
      const launchOnce = async (launchSignal: AbortSignal): Promise<ServerProcess | Failed> => {
        const started = spawnServer({ command, runAs, folder, lockFile: lockFile(dataDir), log, removeWhenOrphaned });
        current = started;
        return untilReady(started, launchSignal);
      };
      return launch(folder, patienceMs, launchOnce, AbortSignal.any([each, lost.signal]));
    };
    const first = await launchSomewhere(folder, launchAt, signal);
    const { address } = first;
    let { running } = first;
    let starting = Promise.resolve();
    const startAgain = async (each: AbortSignal): Promise<void> => {
      running = await launchAt(address, each);
    };
    return {
      url: address.url(password),
      process: () => running.child,
      ended: async () => running.ended,
      start: (each) => {
        starting = startAgain(each);
        return starting;
      },
      hasProcess: () => current !== undefined && current.child.exitCode === null && current.child.signalCode === null,
      end: async () => {
        if (current) await endServer(current, hanging);
      },
      stop: async () => {
        await starting.catch(() => undefined);
        await endServer(running, stopping);
        await unlock();
      },
    };
  } catch (error) {
    await unlock();
    if (error instanceof AppError) throw error;
    throw new AppError('embedded-database-failed', `the embedded database in ${dataDir} could not start`, { cause: error });
  }
}

/** The first start. Another program may take the port before the server does: then another one is chosen. */
async function launchSomewhere(
  folder: string,
  launchAt: (address: Address, signal: AbortSignal) => Promise<ServerProcess>,
  signal: AbortSignal,
): Promise<{ address: Address; running: ServerProcess }> {
  for (let attempt = 1; ; attempt += 1) {
    const address = await addressFor(folder);
    try {
      return { address, running: await launchAt(address, signal) };
    } catch (error) {
      const taken = error instanceof AppError && /could not bind .*Address already in use/.test(error.message);
      if (!taken || attempt === portsTried) throw error;
    }
  }
}

/** A server that did not start, with its last words. */
interface Failed {
  lines: string[];
}

type LaunchServer = (signal: AbortSignal) => Promise<ServerProcess | Failed>;

/**
 * Starts the server; waits where another one still uses the folder, such as that of a launcher that was killed, which is about to end.
 * The kernel's lock says so; where there is none, PostgreSQL has two ways to notice: a file with a process id, and shared memory. The file
 * may be left over from a crash, and its id may belong to any process by now, so the file is removed if nothing answers at its address.
 * Shared memory is never left over. What holds the folder for long although nothing answers there are processes that hang: they are killed.
 */
async function launch(folder: string, patienceMs: number, launchServer: LaunchServer, signal: AbortSignal): Promise<ServerProcess> {
  const startedAtMs = Date.now();
  for (; ; await pause(100, signal)) {
    throwIfAborted(signal);
    const occupied = await serverAnswers(folder);
    const result = occupied ? { lines: [] } : await launchServer(signal);
    if ('child' in result) return result;
    throwIfAborted(signal);
    const { reason, inUse, leftOver } = whyFailed(result);
    if (!occupied && !inUse && !leftOver) {
      throw new AppError('embedded-database-failed', `the embedded database in ${folder} did not start:\n${reason}`);
    }
    const waitedMs = Date.now() - startedAtMs;
    if (waitedMs > patienceMs) throw new AppError('data-dir-in-use', `another PostgreSQL server uses ${folder}: stop it first`);
    if (await serverAnswers(folder)) continue;
    if (inUse && waitedMs > patienceMs / 2) await killLeftOvers(folder);
    if (leftOver) await removePidFiles(folder);
  }
}

function whyFailed({ lines }: Failed): { reason: string; inUse: boolean; leftOver: boolean } {
  const reason = lines.join('\n');
  return {
    reason,
    inUse: reason === lockedLine || /shared memory block .* in use/.test(reason),
    leftOver: /lock file .* (?:already exists|is empty)|bogus data in lock file/.test(reason),
  };
}

async function removePidFiles(folder: string): Promise<void> {
  for (const file of await readdir(folder)) {
    if (/^(?:postmaster\.pid|\.s\.PGSQL\.\d+\.lock)$/.test(file)) await rm(path.join(folder, file), { force: true });
  }
}

async function untilReady({ child, ended, ready }: ReturnType<typeof spawnServer>, signal: AbortSignal): Promise<ServerProcess | Failed> {
  const onAbort = (): void => void endServer({ child, ended }, hanging);
  signal.addEventListener('abort', onAbort, { once: true });
  const outcome = await Promise.race([ready, ended]);
  signal.removeEventListener('abort', onAbort);
  return outcome === true ? { child, ended } : { lines: outcome };
}

/** Whether a server answers at the address that the last one in this folder wrote down. */
async function serverAnswers(folder: string): Promise<boolean> {
  const { pid, port, socketFolder } = await readPidFile(folder);
  if (!/^\d{1,5}$/.test(port)) return false;
  // The socket in this folder, whatever path the server knows it by: it may run in a container, or the folder may be a copy.
  if (socketFolder !== '') return answers(path.join(folder, `.s.PGSQL.${port}`));
  // Any program may listen on the port; only a server of this folder can own the socket in it.
  return (await isRunning({ pid })) && (await answers(Number(port)));
}

/** The first lines of postmaster.pid are the process, the folder, the start, the port and the socket's folder. */
async function readPidFile(folder: string): Promise<{ pid: number; port: string; socketFolder: string }> {
  const text = await readFile(path.join(folder, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid = '', , , port = '', socketFolder = ''] = text.split('\n');
  return { pid: Number(pid), port, socketFolder };
}
