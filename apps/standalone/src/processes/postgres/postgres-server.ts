import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, throwIfAborted } from '@watchpost/shared/wait';
import { answers } from '../answers.ts';
import { lockDataDir } from '../data-lock.ts';
import { spawnGuarded } from '../guarded.ts';
import { isRunning } from '../is-running.ts';
import { type Address, addressFor } from './address.ts';
import { findBinaries } from './binaries.ts';
import { clusterFolder, ensureCluster, programEnv } from './cluster.ts';
import { killLeftOvers } from './left-overs.ts';
import { runAsFor, type RunAs } from './run-as.ts';
import { createServerLog } from './server-log.ts';

export interface PostgresOptions {
  /** Keeps the data, in `postgres`, and belongs to this process until `stop`. */
  dataDir: string;
  log: Logger;
  /** More settings of PostgreSQL, over ours. */
  settings?: Record<string, string>;
  /** Removed when this process is gone and the server with it; the server is killed then. */
  removeWhenOrphaned?: string;
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
  /** Ends all connections, writes everything down, and gives the data folder back. */
  stop: () => Promise<void>;
}

/**
 * For one ingest, a worker and some commands on a small machine. Everything else is PostgreSQL's default: a commit is on the disk.
 * The log has neither statements nor their values, which could be names or faces.
 */
const ownSettings = {
  max_connections: '60',
  shared_buffers: '32MB',
  huge_pages: 'off',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  log_checkpoints: 'off',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
  log_line_prefix: '',
  lc_messages: 'C',
};
/** How long a server that still uses the folder may take to end. */
const patienceMs = 15_000;
const portsTried = 5;
const stopMs = 30_000;
/** PostgreSQL gives its processes 5 s to quit. */
const quitMs = 10_000;
/** How long the processes of a server that has ended may take to notice it. */
const leftOverMs = 1_000;

/**
 * Starts the embedded PostgreSQL and makes its data folder where there is none. When this process ends without `stop`, the server ends
 * too. Rejects with `data-dir-in-use`, `embedded-database-failed` or `aborted`; `signal` ends the start, not the server.
 */
export async function startPostgres(options: PostgresOptions, signal: AbortSignal): Promise<PostgresServer> {
  const { dataDir } = options;
  let unlock = async (): Promise<void> => undefined;
  try {
    const binaries = findBinaries();
    unlock = await lockDataDir(dataDir, signal);
    const folder = clusterFolder(dataDir);
    const runAs = await runAsFor(existsSync(folder) ? folder : dataDir);
    const password = await ensureCluster(dataDir, binaries, runAs);
    const launchAt = async (address: Address, each: AbortSignal): Promise<Running> => {
      const settings = { ...ownSettings, ...address.settings, ...options.settings };
      const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
      const command = [binaries.postgres, '-D', folder, ...args];
      return launch(folder, async (launchSignal) => launchOnce(command, runAs, options, launchSignal), each);
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
      stop: async () => {
        await starting.catch(() => undefined);
        await stop(running);
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
  launchAt: (address: Address, signal: AbortSignal) => Promise<Running>,
  signal: AbortSignal,
): Promise<{ address: Address; running: Running }> {
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

interface Running {
  child: ChildProcess;
  ended: Promise<string[]>;
}

/** A server that did not start, with its last words. */
interface Failed {
  lines: string[];
}

type LaunchServer = (signal: AbortSignal) => Promise<Running | Failed>;

/**
 * Starts the server; waits where another one still uses the folder, such as that of a launcher that was killed, which is about to end.
 * PostgreSQL has two ways to notice: a file with a process id, and shared memory. The file may be left over from a crash, and its
 * id may belong to any process by now, so the file is removed if nothing answers at its address. Shared memory is never left over.
 */
async function launch(folder: string, launchServer: LaunchServer, signal: AbortSignal): Promise<Running> {
  for (const deadline = Date.now() + patienceMs; ; await pause(100, signal)) {
    throwIfAborted(signal);
    const occupied = await serverAnswers(folder);
    const result = occupied ? { lines: [] } : await launchServer(signal);
    if ('child' in result) return result;
    throwIfAborted(signal);
    const reason = result.lines.join('\n');
    const inUse = /shared memory block .* in use/.test(reason);
    const leftOver = /lock file .* (?:already exists|is empty)|bogus data in lock file/.test(reason);
    if (!occupied && !inUse && !leftOver) {
      throw new AppError('embedded-database-failed', `the embedded database in ${folder} did not start:\n${reason}`);
    }
    if (Date.now() > deadline) throw new AppError('data-dir-in-use', `another PostgreSQL server uses ${folder}: stop it first`);
    if (leftOver && !(await serverAnswers(folder))) {
      for (const file of await readdir(folder)) {
        if (/^(?:postmaster\.pid|\.s\.PGSQL\.\d+\.lock)$/.test(file)) await rm(path.join(folder, file), { force: true });
      }
    }
  }
}

async function launchOnce(
  command: string[],
  { wrapper, ...user }: RunAs,
  { dataDir, log, removeWhenOrphaned }: PostgresOptions,
  signal: AbortSignal,
): Promise<Running | Failed> {
  const child = spawnGuarded([...wrapper, ...command], {
    ...user,
    env: programEnv(),
    cwd: path.parse(process.cwd()).root,
    ...(removeWhenOrphaned === undefined ? { signalWhenOrphaned: 'INT' } : { removeWhenOrphaned }),
  });
  const logLine = createServerLog(log);
  const lines: string[] = [];
  const ended = new Promise<string[]>((resolve) => {
    child.once('error', (error) => resolve([error.message]));
    child.once('close', () => resolve(lines));
    // A process that hangs keeps the log open, and would keep a new server from starting.
    child.once('exit', () => {
      const timer = setTimeout(() => {
        void killLeftOvers(clusterFolder(dataDir)).finally(() => {
          for (const stream of [child.stdout, child.stderr]) stream?.destroy();
        });
      }, leftOverMs);
      child.once('close', () => clearTimeout(timer));
    });
  });
  child.stdin?.destroy();
  child.stdout?.resume();
  const ready = new Promise<true>((resolve) => {
    if (!child.stderr) return;
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (lines.length > 20) lines.shift();
      logLine(line);
      if (line.endsWith('database system is ready to accept connections')) resolve(true);
    });
  });
  const onAbort = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', onAbort, { once: true });
  const outcome = await Promise.race([ready, ended]);
  signal.removeEventListener('abort', onAbort);
  return outcome === true ? { child, ended } : { lines: outcome };
}

async function stop({ child, ended }: Running): Promise<void> {
  // A fast shutdown. On Windows there are no signals and this is a crash, from which PostgreSQL recovers at the next start.
  child.kill('SIGINT');
  // An immediate shutdown: PostgreSQL kills those of its processes that hang, and recovers at the next start.
  const quit = setTimeout(() => child.kill('SIGQUIT'), stopMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), stopMs + quitMs);
  await ended;
  clearTimeout(quit);
  clearTimeout(kill);
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
