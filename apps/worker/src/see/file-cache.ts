import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '@watchpost/shared/observability/logger';

/** Beside the compiled code, so that an image that was built and warmed up carries it. */
const defaultDir = join(import.meta.dirname, '..', 'models');

/**
 * The file `name` of the cache, else what `make` makes, kept for the next time. The name carries the hash of what it was made from.
 * Where the folder cannot be written it is made again at each start.
 */
export async function cached(
  name: string,
  log: Logger,
  dir: string | undefined,
  make: () => Promise<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array<ArrayBuffer>> {
  const folder = dir ?? defaultDir;
  const known = await readFile(join(folder, name)).catch(() => undefined);
  if (known) return Uint8Array.from(known);
  const startedAt = performance.now();
  const made = await make();
  log.info({ file: name, sizeBytes: made.length, durationMs: Math.round(performance.now() - startedAt) }, 'model prepared');
  await keep(folder, name, made).catch((error: unknown) => {
    log.warn({ err: error, folder }, 'the prepared model could not be kept: it will be prepared again at the next start');
  });
  return made;
}

/** Under another name first: processes that start together must not read half a file. */
async function keep(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${name}.${process.pid}.${performance.now()}`);
  await writeFile(temporary, bytes);
  await rename(temporary, join(folder, name));
}
