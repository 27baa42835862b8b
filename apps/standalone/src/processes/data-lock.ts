import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { AppError } from '@watchpost/shared/errors';
import { z } from 'zod';

const holderSchema = z.object({ pid: z.number().int(), startedAt: z.string() });

/**
 * Takes a data folder for this process; the answer gives it back. A lock whose process is gone is taken over.
 * Rejects with `data-dir-in-use`.
 */
export async function lockDataDir(dataDir: string): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(dataDir, 'lock.json');
  const own = `${file}.${String(process.pid)}.${randomUUID()}`;
  await writeFile(own, JSON.stringify({ pid: process.pid, startedAt: await startOf(process.pid) }), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      // A link appears with its content, or not at all: nobody sees a lock half written.
      if (await succeeds(link(own, file), 'EEXIST')) return async () => rm(file, { force: true });
      const holder = await look(file);
      if (typeof holder === 'object') {
        throw new AppError(
          'data-dir-in-use',
          `${path.resolve(dataDir)} is in use by process ${String(holder.pid)}: stop that one first, or set DATA_DIR to another folder`,
        );
      }
      if (holder === 'dead') await removeDead(file, own);
    }
    throw new AppError('data-dir-in-use', `${path.resolve(dataDir)} is being taken by another process`);
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Removes a dead process's lock. Only who holds a second lock may, and looks once more then: else of two that saw the dead one
 * the slower would remove the lock that the faster has taken meanwhile.
 */
async function removeDead(file: string, own: string): Promise<void> {
  const broom = `${file}.broom`;
  if (await succeeds(link(own, broom), 'EEXIST')) {
    try {
      if ((await look(file)) === 'dead') await rm(file, { force: true });
    } finally {
      await rm(broom, { force: true });
    }
    return;
  }
  // Whoever died with the broom in hand held it for a moment only.
  if ((await look(broom)) === 'dead') await rm(broom, { force: true });
  await setTimeout(10);
}

/** The running process that holds a lock, or what there is instead. A lock that cannot be read was never whole: its process is gone. */
async function look(file: string): Promise<Holder | 'dead' | 'none'> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'none';
    throw error;
  }
  const holder = parseHolder(text);
  return holder && (await isRunning(holder)) ? holder : 'dead';
}

async function succeeds(change: Promise<void>, expectedCode: string): Promise<boolean> {
  try {
    await change;
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === expectedCode) return false;
    throw error;
  }
}

type Holder = z.output<typeof holderSchema>;

function parseHolder(text: string): Holder | undefined {
  try {
    return holderSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

async function isRunning({ pid, startedAt }: Holder): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return (await startOf(pid)) === startedAt;
}

/** When a process started, in the kernel's ticks: tells it from a later one with the same number. Empty where there is no /proc. */
async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}
