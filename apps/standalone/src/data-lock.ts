import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
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
    for (let attempt = 0; attempt < 5; attempt += 1) {
      // A link appears with its content, or not at all: nobody sees a lock half written.
      if (await succeeds(link(own, file), 'EEXIST')) return async () => rm(file, { force: true });
      const holder = await readHolder(file);
      if (holder && (await isRunning(holder))) {
        throw new AppError(
          'data-dir-in-use',
          `${path.resolve(dataDir)} is in use by process ${String(holder.pid)}: stop that one first, or set DATA_DIR to another folder`,
        );
      }
      await takeAway(file, holder);
    }
    throw new AppError('data-dir-in-use', `${path.resolve(dataDir)} is being taken by another process`);
  } finally {
    await rm(own, { force: true });
  }
}

/** Removes a dead process's lock; puts it back when it turns out to be one that another process made in the meantime. */
async function takeAway(file: string, dead: Holder | undefined): Promise<void> {
  const aside = `${file}.${String(process.pid)}.dead`;
  if (!(await succeeds(rename(file, aside), 'ENOENT'))) return;
  const taken = await readHolder(aside);
  if (taken?.pid !== dead?.pid || taken?.startedAt !== dead?.startedAt) await succeeds(link(aside, file), 'EEXIST');
  await rm(aside, { force: true });
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

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(file, 'utf8')));
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
