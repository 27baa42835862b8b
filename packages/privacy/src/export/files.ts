import { createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '@watchpost/shared/errors';
import { giveName } from '@watchpost/shared/give-name';
import type { AddFile, ExportPerson, Exported } from './export-person.ts';
import { withZip } from './zip.ts';

/** Only their owner can read what is exported. */
const fileMode = 0o600;
const folderMode = 0o700;

/**
 * Exports to a new folder, or to a new zip where the name ends in `.zip`: it gets its name when it is complete. What was written of an export that
 * failed is removed. Rejects as `exportPerson`, and with `output-failed` where the target exists or cannot be written, or where an export to it was
 * killed or still runs.
 */
export async function exportToFiles(exportPerson: ExportPerson, personId: string, target: string, signal: AbortSignal): Promise<Exported> {
  const whole = path.resolve(target);
  const partial = `${whole}.part`;
  if (await stat(whole).catch(() => null)) throw existsAlready(target);
  const write = target.endsWith('.zip') ? toZip : toFolder;
  const exported = await write(partial, (add) => exportPerson(personId, add, signal), signal);
  try {
    await giveName(partial, whole);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Somebody has made it meanwhile.
    throw codeOf(error) === 'EEXIST' ? existsAlready(target, error) : failed(target, error);
  }
  return exported;
}

type Work = (add: AddFile) => Promise<Exported>;

async function toZip(target: string, work: Work, signal: AbortSignal): Promise<Exported> {
  const file = createWriteStream(target, { flags: 'wx', mode: fileMode });
  await opened(file, target);
  try {
    return await withZip(file, work, signal);
  } catch (error) {
    await rm(target, { force: true });
    throw error;
  }
}

async function toFolder(target: string, work: Work): Promise<Exported> {
  await mkdir(target, { mode: folderMode }).catch((error: unknown) => {
    throw failed(target, error);
  });
  try {
    return await work(async (name, bytes) => {
      const file = path.join(target, name);
      await mkdir(path.dirname(file), { recursive: true, mode: folderMode });
      await writeFile(file, bytes, { mode: fileMode, flag: 'wx' });
    });
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

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');

const existsAlready = (target: string, cause?: unknown): AppError => new AppError('output-failed', `${target} exists already`, { cause });

function failed(target: string, cause: unknown): AppError {
  const why = codeOf(cause) === 'EEXIST' ? 'exists already, from an export that was killed or still runs' : 'cannot be written';
  return new AppError('output-failed', `${target} ${why}`, { cause });
}
