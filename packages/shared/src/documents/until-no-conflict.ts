import { AppError } from '../errors.ts';
import { backoffMs } from '../retry.ts';
import { pause } from '../wait.ts';

/** After so many tries in a row something else is wrong. */
const mostTries = 40;
/** Pauses grow, so that many writers of one document do not only fail each other. Milliseconds. */
const pauses = { firstMs: 10, maxMs: 500 };

/**
 * Reads, decides and writes again as long as another writer is faster (`document-conflict`), after a short pause of random length.
 * Rejects with the last conflict after some seconds of that.
 */
export async function untilNoConflict<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isConflict(error) || tries === mostTries) throw error;
      await pause(Math.random() * backoffMs(tries, pauses), signal);
    }
  }
}

/** Whether another writer was faster. */
export function isConflict(error: unknown): boolean {
  return error instanceof AppError && error.code === 'document-conflict';
}
