import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { AppError } from '@watchpost/shared/errors';

/** Standard output or standard error, for the time of one command. */
export interface Output {
  write: (line: string) => void;
  /** Resolves when there is room for more, at once after a failure. */
  written: (signal: AbortSignal) => Promise<void>;
  /** Resolves when everything is written: to what went wrong, or to null. */
  finish(): Promise<AppError | null>;
}

/**
 * A reader that has seen enough (`watchpost history | head -1`) is no failure: the command does its work to the end, without being
 * heard. Anything else is reported once, at the end.
 */
export function openOutput(stream: Writable): Output {
  let failure: Error | null = null;
  const onError = (error: Error): void => void (failure ??= error);
  stream.on('error', onError);
  return {
    write: (line) => {
      if (!failure) stream.write(`${line}\n`);
    },
    written: async (signal) => {
      if (failure || !stream.writableNeedDrain) return;
      // A failed write ends the waiting too; it is reported at the end.
      await once(stream, 'drain', { signal }).catch((error: unknown) => {
        if (signal.aborted) throw error;
      });
    },
    finish: async () => {
      if (!failure) await new Promise<void>((resolve) => stream.write('', () => resolve()));
      // The event of a failed write comes after its callback.
      await new Promise((resolve) => setImmediate(resolve));
      // A failure after this is the process's own.
      if (!failure) stream.off('error', onError);
      return failure && !isClosed(failure) ? outputFailed(failure) : null;
    },
  };
}

export function outputFailed(cause: Error): AppError {
  return new AppError('output-failed', `the output could not be written: ${cause.message}`, { cause });
}

function isClosed(error: Error): boolean {
  return 'code' in error && error.code === 'EPIPE';
}
