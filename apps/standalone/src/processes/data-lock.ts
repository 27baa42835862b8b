import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { pause } from '@watchpost/shared/wait';
import { isRunning, type ProcessIdentity, processIdentity, thisProcess } from './is-running.ts';

/**
 * Locks a data folder for this process; the returned function unlocks it. A lock whose process has ended is taken over.
 * Rejects with `data-dir-in-use` or `aborted`.
 */
export async function lockDataDir(dataDir: string, signal: AbortSignal): Promise<() => Promise<void>> {
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const file = path.join(dataDir, 'lock.json');
  const own = `${file}.${String(process.pid)}.${randomUUID()}`;
  await writeFile(own, JSON.stringify(await thisProcess()), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      // A link appears with its content: nobody sees a half-written lock.
      if (await succeeds(link(own, file), 'EEXIST')) return async () => rm(file, { force: true });
      const holder = await holderOf(file);
      if (typeof holder === 'object') {
        throw new AppError(
          'data-dir-in-use',
          `${path.resolve(dataDir)} is in use by process ${String(holder.pid)}: stop that one first, or set DATA_DIR to another folder`,
        );
      }
      if (holder === 'dead') await removeStale(file, own, signal);
    }
    throw new AppError('data-dir-in-use', `${path.resolve(dataDir)} is being locked by another process`);
  } finally {
    await rm(own, { force: true });
  }
}

/**
 * Removes the lock of a process that has ended. That takes a second lock, and another look while it is held: otherwise, of two
 * processes that saw the stale lock, the slower could remove the one that the faster has just taken.
 */
async function removeStale(file: string, own: string, signal: AbortSignal): Promise<void> {
  const removal = `${file}.removal`;
  if (await succeeds(link(own, removal), 'EEXIST')) {
    try {
      if ((await holderOf(file)) === 'dead') await rm(file, { force: true });
    } finally {
      await rm(removal, { force: true });
    }
    return;
  }
  // A process died while holding it.
  if ((await holderOf(removal)) === 'dead') await rm(removal, { force: true });
  await pause(10, signal);
}

/** The running process that holds a lock; `dead` where it has ended or the lock cannot be parsed; `none` where there is no lock. */
async function holderOf(file: string): Promise<ProcessIdentity | 'dead' | 'none'> {
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

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    return processIdentity.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
