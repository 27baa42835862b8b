import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';

export interface NoteReceivedOptions {
  /** Whether all that was said until now has been received, or fetched. */
  isReceiving: () => boolean;
  /** Writes down that all messages until then were received, milliseconds since 1970. */
  note: (atMs: number, signal: AbortSignal) => Promise<void>;
  log: Logger;
  now: () => number;
  /** Between two notes, milliseconds. */
  everyMs?: number;
  /** Between two looks whether the first one can be made, milliseconds. */
  firstMs?: number;
}

/** Notes at first, and then now and again, until when messages were received: where the next start goes on. Resolves after the signal has aborted. */
export async function noteReceived(
  { isReceiving, note, log, now, everyMs = 30_000, firstMs = 1_000 }: NoteReceivedOptions,
  stopping: AbortSignal,
): Promise<void> {
  const loop = async (): Promise<never> => {
    for (let isNoted = false; ;) {
      await pause(isNoted ? everyMs : firstMs, stopping);
      if (!isReceiving()) continue;
      try {
        await note(now(), stopping);
        isNoted = true;
      } catch (err) {
        // The next start fetches a little more.
        log.debug({ err }, 'until when messages were received could not be noted');
      }
    }
  };
  await loop().catch(() => undefined);
}
