import type { ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Logger } from '@watchpost/shared/observability/logger';
import { spawnGuarded } from '../guarded.ts';
import { programEnv } from './cluster.ts';
import { kernelLocked } from './kernel-lock.ts';
import { killLeftOvers } from './left-overs.ts';
import type { RunAs } from './run-as.ts';
import { createServerLog } from './server-log.ts';

/** A server's process. */
export interface ServerProcess {
  child: ChildProcess;
  /** Resolves with the last lines of its log when it has ended. */
  ended: Promise<string[]>;
}

export interface SpawnOptions {
  command: readonly string[];
  runAs: RunAs;
  /** Of the server's data. */
  folder: string;
  /** Of the data folder's lock. */
  lockFile: string;
  log: Logger;
  /** Removed when this process is gone and the server with it; the server is killed then. */
  removeWhenOrphaned?: string | undefined;
}

/** The last line of a server whose folder another server has locked. */
export const lockedLine = 'another server has locked the folder';

/** How long the processes of a server that has ended may take to notice it. */
const leftOverMs = 1_000;

/** Starts a server. `ready` resolves when it accepts connections. */
export function spawnServer(options: SpawnOptions): ServerProcess & { ready: Promise<true> } {
  const { command, folder, log, removeWhenOrphaned, lockFile } = options;
  const { wrapper, ...user } = options.runAs;
  const child = spawnGuarded([...wrapper, ...command], {
    ...user,
    env: programEnv(),
    cwd: path.parse(process.cwd()).root,
    ...(removeWhenOrphaned === undefined ? { signalWhenOrphaned: 'INT', touchWhenOrphaned: lockFile } : { removeWhenOrphaned }),
  });
  const logLine = createServerLog(log);
  const lines: string[] = [];
  const ended = new Promise<string[]>((resolve) => {
    child.once('error', (error) => resolve([error.message]));
    child.once('close', (code) => resolve(code === kernelLocked ? [lockedLine] : lines));
    // A process that hangs keeps the log open, and would keep a new server from starting.
    child.once('exit', () => {
      const timer = setTimeout(() => {
        void killLeftOvers(folder).finally(() => {
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
  return { child, ended, ready };
}

/** How long each way of ending a server may take before the next, harder one. Milliseconds. */
export interface EndingTimes {
  /** Of a fast shutdown: connections are ended, everything is written down. */
  fastMs: number;
  /** Of an immediate one: PostgreSQL gives its processes 5 s to quit, and recovers at the next start. */
  immediateMs: number;
}

/** Ends a server, also one that hangs. Nothing that was committed is lost in any way of ending it. Resolves when it has ended. */
export async function endServer({ child, ended }: ServerProcess, { fastMs, immediateMs }: EndingTimes): Promise<void> {
  child.kill('SIGINT');
  const quit = setTimeout(() => child.kill('SIGQUIT'), fastMs);
  const kill = setTimeout(() => child.kill('SIGKILL'), fastMs + immediateMs);
  await ended;
  clearTimeout(quit);
  clearTimeout(kill);
}
