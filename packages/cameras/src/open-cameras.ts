import { readFile, stat } from 'node:fs/promises';
import { AppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { createCameraDirectory, type CameraDirectory } from './camera-directory.ts';
import type { Cameras } from './camera-settings.ts';
import { followText } from './follow-text.ts';
import { readCamerasFile, type Fault } from './read-cameras-file.ts';

export interface OpenCamerasOptions {
  /** Null: nothing is set, and the defaults hold. */
  file: string | null;
  log: Logger;
  signal: AbortSignal;
  /** How often the file is read again, milliseconds. */
  everyMs?: number;
}

/** Settings for 1,000 cameras take some 300 kB. */
const largestFileBytes = 2_097_152;

/**
 * Opens the settings of the cameras and follows their file: a change holds some seconds later, in every process. Rejects with
 * `config-invalid`, which names all faults; of a later version with faults the log says where they are, and the one before stays.
 */
export async function openCameras({ file, log, signal, everyMs = 1_000 }: OpenCamerasOptions): Promise<Cameras> {
  if (file === null) return { ...createCameraDirectory({}), close: () => undefined };
  const text = await readText(file).catch((error: unknown) => {
    throw new AppError('config-invalid', `CAMERAS_FILE: ${messageOf(error)}`, { cause: error });
  });
  const first = readCamerasFile(text);
  if (first.kind === 'faulty') throw new AppError('config-invalid', described(first.faults, file).join('\n'));
  let directory: CameraDirectory = createCameraDirectory(first.file);
  log.info({ file, cameras: first.file.cameras?.length ?? 0 }, 'camera settings read');

  const take = (next: string): void => {
    const reading = readCamerasFile(next);
    if (reading.kind === 'faulty') {
      log.error({ file, faults: described(reading.faults, file) }, 'the camera settings have faults: those from before stay in force');
      return;
    }
    directory = createCameraDirectory(reading.file);
    log.info({ file, cameras: reading.file.cameras?.length ?? 0 }, 'camera settings changed');
  };

  const closing = new AbortController();
  const onUnreadable = (err: unknown): void => log.warn({ err }, 'the camera settings cannot be read: those from before stay in force');
  void followText({ text, read: () => readText(file), take, onUnreadable, everyMs }, AbortSignal.any([signal, closing.signal]));
  return {
    settingsOf: (channel, camera) => directory.settingsOf(channel, camera),
    nameOf: (channel, fileName) => directory.nameOf(channel, fileName),
    timeZone: () => directory.timeZone(),
    digestAtMinute: () => directory.digestAtMinute(),
    close: () => closing.abort(),
  };
}

async function readText(file: string): Promise<string> {
  const { size } = await stat(file);
  if (size > largestFileBytes) throw new Error(`${file} is larger than ${String(largestFileBytes)} bytes`);
  const text = await readFile(file, 'utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

const described = (faults: readonly Fault[], file: string): string[] =>
  faults.map(({ line, column, message }) => `${file}:${String(line)}:${String(column)}: ${message}`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
