import { open } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import type { Logger } from '../observability/logger.ts';
import { followText } from './follow-text.ts';
import type { Fault, Reading } from './read-settings.ts';

export interface OpenSettingsOptions<T> {
  file: string;
  /** The variable that names it: `CAMERAS_FILE`. */
  variable: string;
  /** What it holds: `camera settings`. */
  what: string;
  read: (text: string) => Reading<T>;
  /** A number for the log: `{ cameras: 3 }`. */
  count: (file: T) => Record<string, number>;
  log: Logger;
  /** How often the file is read again, milliseconds. */
  everyMs: number;
}

/** A file of settings that is followed. */
export interface FollowedSettings<T> {
  /** What its last version without faults says. */
  current(): T;
  /** What is wrong with a later version, a line each; none: what is in force is what the file says. */
  faults(): readonly string[];
  close(): void;
}

/** Settings for 1,000 cameras take some 300 kB. */
const largestFileBytes = 2_097_152;

/**
 * Opens a file of settings and follows it: a change holds some seconds later. Rejects with `config-invalid`, which names all faults; of a
 * later version with faults the log says where they are, and the one before stays.
 */
export async function openSettings<T>(
  { file, variable, what, read, count, log, everyMs }: OpenSettingsOptions<T>,
  signal: AbortSignal,
): Promise<FollowedSettings<T>> {
  const text = await readText(file).catch((error: unknown) => {
    throw new AppError('config-invalid', `${variable}: ${messageOf(error)}`, { cause: error });
  });
  const first = read(text);
  if (first.kind === 'faulty') throw new AppError('config-invalid', described(first.faults, file).join('\n'));
  let current = first.file;
  let faults: readonly string[] = [];
  log.info({ file, ...count(current) }, `${what} read`);

  const take = (next: string): void => {
    const reading = read(next);
    if (reading.kind === 'faulty') {
      faults = described(reading.faults, file);
      log.error({ file, faults }, `the ${what} have faults: those from before stay in force`);
      return;
    }
    current = reading.file;
    faults = [];
    log.info({ file, ...count(current) }, `${what} changed`);
  };

  const closing = new AbortController();
  const onUnreadable = (err: unknown): void => log.warn({ err }, `the ${what} cannot be read: those from before stay in force`);
  void followText({ text, read: () => readText(file), take, onUnreadable, everyMs }, AbortSignal.any([signal, closing.signal]));
  return { current: () => current, faults: () => faults, close: () => closing.abort() };
}

/** The text of a file of settings. */
async function readText(file: string): Promise<string> {
  // Opened once: of a file that is removed or replaced meanwhile, both the size and the text would be another's.
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    if (size > largestFileBytes) throw new Error(`${file} is larger than ${String(largestFileBytes)} bytes`);
    const text = await handle.readFile('utf8');
    return text.startsWith('\uFEFF') ? text.slice(1) : text;
  } finally {
    await handle.close();
  }
}

const described = (faults: readonly Fault[], file: string): string[] =>
  faults.map(({ line, column, message }) => `${file}:${String(line)}:${String(column)}: ${message}`);

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
