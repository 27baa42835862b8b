import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { RunAs } from './run-as.ts';

/** The exit code of a program that was not started because the folder is locked: EX_TEMPFAIL. */
export const kernelLocked = 75;

/**
 * What goes before a server's command so that it and all of its processes hold a lock of the kernel on the folder: two servers in two
 * containers cannot see each other's process ids and shared memory, but the kernel lets only one of them have the lock, and takes it back
 * from whoever has ended, however it ended. `flock` becomes the program that it runs. Empty where there is no `flock` (macOS), or none
 * for this file system.
 */
export async function kernelLockFor(folder: string, { wrapper, ...user }: RunAs): Promise<string[]> {
  const lock = ['flock', '--nonblock', '--conflict-exit-code', String(kernelLocked), '--no-fork', path.join(folder, 'watchpost-lock')];
  const [program, ...args] = [...wrapper, ...lock, 'true'];
  try {
    await promisify(execFile)(program, args, { ...user, cwd: path.parse(process.cwd()).root });
    return lock;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === kernelLocked ? lock : [];
  }
}
