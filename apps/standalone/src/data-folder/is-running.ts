import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

/**
 * A process, told from a later one with the same id by when it started: clock ticks since boot, or a date where there is no /proc; empty
 * where neither can be known. `boot` and `pidNamespace` name the process table that the id belongs to; older versions did not write them.
 */
export const processIdentity = z.object({
  pid: z.number().int(),
  startedAt: z.string(),
  boot: z.string().optional(),
  pidNamespace: z.string().optional(),
});
export type ProcessIdentity = z.output<typeof processIdentity>;

const systemProc = '/proc';

/** This process, as it is written to files. `proc`: where the system keeps its processes. */
export async function thisProcess(proc = systemProc): Promise<Required<ProcessIdentity>> {
  return { pid: process.pid, startedAt: await startOf(process.pid, proc), ...(await processTable(proc)) };
}

/**
 * Whether a process still runs, any user's. Without `startedAt`: whether some process has this id. False for a process of another
 * process table, about which an id says nothing.
 */
export async function isRunning(
  { startedAt, ...identity }: Pick<ProcessIdentity, 'pid'> & Partial<ProcessIdentity>,
  proc = systemProc,
): Promise<boolean> {
  const { pid } = identity;
  if (!(await sharesProcessTable(identity, proc)) || !hasProcess(pid)) return false;
  return startedAt === undefined || (await startOf(pid, proc)) === startedAt;
}

/** Whether the ids of our processes are those of this one: the same machine since the same start, the same container. */
export async function sharesProcessTable(
  { boot, pidNamespace }: Pick<ProcessIdentity, 'boot' | 'pidNamespace'>,
  proc = systemProc,
): Promise<boolean> {
  if (boot === undefined) return true;
  const own = await processTable(proc);
  return boot === own.boot && pidNamespace === own.pidNamespace;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Without /proc there are no containers either: the name of the machine says enough. */
async function processTable(proc: string): Promise<{ boot: string; pidNamespace: string }> {
  return {
    boot: (await readFile(path.join(proc, 'sys/kernel/random/boot_id'), 'utf8').catch(() => os.hostname())).trim(),
    pidNamespace: await readlink(path.join(proc, 'self/ns/pid')).catch(() => ''),
  };
}

async function startOf(pid: number, proc: string): Promise<string> {
  try {
    const stat = await readFile(path.join(proc, String(pid), 'stat'), 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return startByPs(pid);
  }
}

async function startByPs(pid: number): Promise<string> {
  try {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
    return (await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)], { env })).stdout.trim();
  } catch {
    return '';
  }
}
