import { constants, existsSync } from 'node:fs';
import { access, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';

/** What to say of an error of the file system. */
const reasons: Record<string, string> = {
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  EROFS: 'it is read-only',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EEXIST: 'it is a file, not a folder',
  ENAMETOOLONG: 'the name is too long',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  ELOOP: 'its links lead in a circle',
  ENOENT: 'it cannot be created there',
};

/** As much as the folder's lock takes on most disks. Bytes. */
const neededBytes = 4_096;

/** Makes the data folder, and makes sure that this process can write in it. Rejects with `data-dir-unusable`, which says why. */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(path.resolve(dataDir));
    if (!(await stat(dataDir)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'EEXIST' });
    await access(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    await writeSomething(dataDir);
  } catch (error) {
    throw unusable(dataDir, error);
  }
}

/** `data-dir-unusable`, which says why. */
export function unusable(dataDir: string, error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = reasons[code] ?? (error instanceof Error ? error.message : String(error));
  return new AppError('data-dir-unusable', `${path.resolve(dataDir)} cannot keep the data: ${why}. Set DATA_DIR to another folder`, {
    cause: error,
  });
}

/** A full disk says so only to who writes. */
async function writeSomething(folder: string): Promise<void> {
  const file = path.join(folder, `.room-${String(process.pid)}`);
  try {
    await writeFile(file, Buffer.alloc(neededBytes), { mode: 0o600 });
  } finally {
    await rm(file, { force: true });
  }
}

/** Not `recursive`: in a folder that takes no folders, such as /proc, Node would try for ever. */
async function makeFolder(folder: string): Promise<void> {
  const made = await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => error);
  if (!made || made.code === 'EEXIST') return;
  const parent = path.dirname(folder);
  if (made.code !== 'ENOENT' || parent === folder || existsSync(parent)) throw made;
  await makeFolder(parent);
  await mkdir(folder, { mode: 0o700 });
}
