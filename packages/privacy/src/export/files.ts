import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import type { ExportPerson, Exported } from './export-person.ts';
import { withZip } from './zip.ts';

/** Only their owner can read what is exported. */
const fileMode = 0o600;
const folderMode = 0o700;

/**
 * Exports to a new folder, or to a new zip where the name ends in `.zip`. What was written of an export that failed is removed. Rejects as
 * `exportPerson`, and with `output-failed` where the target exists or cannot be written.
 */
export async function exportToFiles(exportPerson: ExportPerson, personId: string, target: string, signal: AbortSignal): Promise<Exported> {
  if (target.endsWith('.zip')) {
    const file = createWriteStream(target, { flags: 'wx', mode: fileMode });
    await opened(file, target);
    try {
      return await withZip(file, (add) => exportPerson(personId, add, signal), signal);
    } catch (error) {
      await rm(target, { force: true });
      throw error;
    }
  }
  await mkdir(target, { mode: folderMode }).catch((error: unknown) => {
    throw failed(target, error);
  });
  try {
    return await exportPerson(
      personId,
      async (name, bytes) => {
        const file = path.join(target, name);
        await mkdir(path.dirname(file), { recursive: true, mode: folderMode });
        await writeFile(file, bytes, { mode: fileMode, flag: 'wx' });
      },
      signal,
    );
  } catch (error) {
    await rm(target, { recursive: true, force: true });
    throw error;
  }
}

async function opened(file: ReturnType<typeof createWriteStream>, target: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', (error) => reject(failed(target, error)));
  });
}

const failed = (target: string, cause: unknown): AppError =>
  new AppError('output-failed', `${target} cannot be written: it exists already, or its folder does not`, { cause });
