import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@watchpost/shared/observability/logger';

/** Beside the compiled code, so that an image that was built and warmed up carries it. */
const defaultDir = join(import.meta.dirname, '..', 'models');

/** A file's path, or its bytes where it could not be kept. */
export type CachedFile = string | Uint8Array<ArrayBuffer>;

/**
 * The file `name` of the cache; if it is not there, what `make` makes, kept for the next time. The name carries the hash of what it was made from.
 * Where the folder cannot be written the bytes are answered, and made again at each start.
 */
export async function cached(
  name: string,
  log: Logger,
  dir: string | undefined,
  make: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<CachedFile> {
  const folder = dir ?? defaultDir;
  const path = join(folder, name);
  const known = await stat(path).catch(() => undefined);
  if (known?.isFile()) return path;
  const startedAt = performance.now();
  const made = await make();
  log.info({ file: name, sizeBytes: made.length, durationMs: Math.round(performance.now() - startedAt) }, 'model prepared');
  try {
    await keep(folder, name, made);
    return path;
  } catch (error) {
    log.warn({ err: error, folder }, 'the prepared model could not be kept: it will be prepared again at the next start');
    return made;
  }
}

/** The bytes of a cached file. */
export async function bytesOf(file: CachedFile): Promise<Uint8Array<ArrayBuffer>> {
  return typeof file === 'string' ? Uint8Array.from(await readFile(file)) : file;
}

/** Under another name first: processes that start together must not read half a file. */
async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${name}.${process.pid}.${performance.now()}`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, name));
}
