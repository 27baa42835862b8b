import { utimes } from 'node:fs/promises';
import { pause } from '@watchpost/shared/wait';

/** Between two heartbeats, milliseconds. */
const beatMs = 2_000;
/** How long a file is watched for one: a busy machine may miss some. Milliseconds. */
const watchMs = 8_000;
const lookMs = 250;

/**
 * Changes a file's time every two seconds, until the returned function is called or the file is no longer ours; then calls `onLost`,
 * once. A process that was frozen looks before it does anything else with the file.
 */
export function keepBeating(file: string, isOurs: () => Promise<boolean>, onLost: () => void): () => Promise<void> {
  let current: Promise<void> | undefined;
  const beat = async (): Promise<void> => {
    if (!(await isOurs())) {
      clearInterval(timer);
      onLost();
      return;
    }
    const now = new Date();
    // A file that is missing or cannot be changed now may be so again at the next beat.
    await utimes(file, now, now).catch(() => undefined);
  };
  const timer = setInterval(() => {
    current ??= beat().finally(() => (current = undefined));
  }, beatMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await current;
  };
}

/** Watches for a change of the time that `read` resolves with; false after eight seconds without one, or when there is none any more. */
export async function showsHeartbeat(read: () => Promise<number | undefined>, signal: AbortSignal): Promise<boolean> {
  const first = await read();
  for (const deadline = performance.now() + watchMs; performance.now() < deadline;) {
    await pause(lookMs, signal);
    const now = await read();
    if (now === undefined) return false;
    if (now !== first) return true;
  }
  return false;
}
