import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@watchpost/shared/observability/logger';

/** Beside the compiled code, so that an image whose build has run it once already contains the files. */
const defaultDir = join(import.meta.dirname, '..', 'models');

/** The folder of the translated models. `dir`: MODEL_CACHE_DIR. */
export const modelCacheDir = (dir: string | undefined): string => dir ?? defaultDir;

/** A file's path, or its bytes where it could not be saved. */
export type CachedFile = string | Uint8Array<ArrayBuffer>;

/**
 * The file `name` from the cache. If it is missing, it is made with `make` and saved. The name contains a hash of what the file is made from.
 * Where the folder is not writable the result is the bytes, and they are made again at each start.
 */
export async function cached(
  name: string,
  log: Logger,
  dir: string | undefined,
  make: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<CachedFile> {
  const folder = modelCacheDir(dir);
  const path = join(folder, name);
  const known = await stat(path).catch(() => undefined);
  if (known?.isFile()) return path;
  const startedAtMs = performance.now();
  const made = await make();
  log.info({ file: name, sizeBytes: made.length, durationMs: Math.round(performance.now() - startedAtMs) }, 'model file prepared');
  try {
    await save(folder, name, made);
    return path;
  } catch (error) {
    log.warn({ err: error, folder }, 'cannot save the prepared model file: it will be prepared again at the next start');
    return made;
  }
}

/** The bytes of a cached file. */
export async function bytesOf(file: CachedFile): Promise<Uint8Array<ArrayBuffer>> {
  return typeof file === 'string' ? Uint8Array.from(await readFile(file)) : file;
}

/** Writes under a temporary name, then renames: processes that start together must not read half a file. */
async function save(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${name}.${randomUUID()}`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, name));
}
