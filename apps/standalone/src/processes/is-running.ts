import { readFile } from 'node:fs/promises';
import { z } from 'zod';

/** A process, told from a later one with the same id by when it started: clock ticks since boot, empty where there is no /proc. */
export const processIdentity = z.object({ pid: z.number().int(), startedAt: z.string() });
export type ProcessIdentity = z.output<typeof processIdentity>;

/** This process, as it is written to files. */
export const thisProcess = async (): Promise<ProcessIdentity> => ({ pid: process.pid, startedAt: await startOf(process.pid) });

/** Whether a process still runs, any user's. Without `startedAt`: whether some process has this id. */
export async function isRunning({ pid, startedAt }: Pick<ProcessIdentity, 'pid'> & Partial<ProcessIdentity>): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  return startedAt === undefined || (await startOf(pid)) === startedAt;
}

async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
