import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { throwIfAborted } from '@watchpost/shared/wait';
import type { Destination } from '../destination.ts';
import type { SettingsOf } from '../settings.ts';
import { codeOf, refused, translated, unavailable } from './failures.ts';
import { isPictureThere } from './is-there.ts';
import { checkedName, publicAddress } from './names.ts';

/** What another attempt does not change. */
const lasting = new Set(['EACCES', 'EISDIR', 'ENAMETOOLONG', 'ENOENT', 'ENOTDIR', 'EPERM', 'EROFS']);

/** A folder of this machine, or one that several share. A file appears in it whole, and is on the disk by then. */
export function folderDestination(settings: SettingsOf<'folder'>, slug: string): Destination {
  const { path: folder, publicUrl } = settings;
  const base = publicUrl ?? `/feeds/${slug}/pictures`;
  const partOf = (name: string): string => path.join(folder, `.${name}.part`);
  return {
    put: async ({ name, bytes }, signal) => {
      checkedName(name);
      try {
        throwIfAborted(signal);
        await writeWhole(partOf(name), bytes, signal);
        await rename(partOf(name), path.join(folder, name));
        await sync(await open(folder, 'r'));
      } catch (error) {
        await rm(partOf(name), { force: true }).catch(() => undefined);
        throw translated(error, signal, (own) => explain(own, folder));
      }
      return { url: publicAddress(base, name), name };
    },
    isThere: async (url, signal) => (publicUrl === undefined ? true : isPictureThere(url, signal)),
    remove: async (name, signal) => {
      checkedName(name);
      throwIfAborted(signal);
      try {
        await rm(partOf(name), { force: true });
        await rm(path.join(folder, name), { force: true });
      } catch (error) {
        throw explain(error, folder);
      }
    },
    wait: null,
  };
}

async function writeWhole(file: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> {
  const handle = await open(file, 'w', 0o644);
  try {
    await handle.writeFile(bytes, { signal });
  } catch (error) {
    await handle.close();
    throw error;
  }
  await sync(handle);
}

async function sync(handle: FileHandle): Promise<void> {
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function explain(error: unknown, folder: string): AppError {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') return unavailable(`there is no room left in the folder ${folder}`, error);
  if (lasting.has(code))
    return refused(`the folder ${folder} cannot be written (${code}): create it, and let the worker's user write to it`, error);
  return unavailable(`the folder ${folder} cannot be written${code && ` (${code})`}`, error);
}
