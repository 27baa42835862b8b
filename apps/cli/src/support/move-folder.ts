import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const prefix = 'watchpost-move-';

/** A folder of its own for what `move` writes, which holds everything in clear: its name says which process fills it. */
export const makeMoveFolder = async (parent = os.tmpdir()): Promise<string> =>
  mkdtemp(path.join(parent, `${prefix}${String(process.pid)}-`));

/** Removes the folders that moves of this user have left behind which were killed. Resolves to their paths. */
export async function removeLeftByMoves(parent = os.tmpdir()): Promise<string[]> {
  const removed: string[] = [];
  for (const name of (await readdir(parent)).filter((each) => each.startsWith(prefix))) {
    const folder = path.join(parent, name);
    const found = await lstat(folder).catch(() => null);
    if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
    const pid = Number(/^(\d+)-/.exec(name.slice(prefix.length))?.[1] ?? 0);
    // In a container each process may have the same number: this one has made no folder yet.
    if (pid > 0 && pid !== process.pid && isRunning(pid)) continue;
    await rm(folder, { recursive: true, force: true });
    removed.push(folder);
  }
  return removed;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
