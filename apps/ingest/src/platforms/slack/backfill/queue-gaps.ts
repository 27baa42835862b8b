import type { JobSender } from '@watchpost/shared/jobs/job-queue';
import { pause, raceWithin, throwIfAborted } from '@watchpost/shared/wait';

export interface QueueGapsOptions {
  sender: Pick<JobSender, 'ping'>;
  /** What the queue took since this time may be lost, milliseconds since 1970. */
  onGap: (sinceMs: number) => void;
  now: () => number;
  /** Tests need it shorter. Milliseconds. */
  everyMs?: number;
}

/** A machine that loses its power takes longer to be started again. A replica that takes over sooner goes unnoticed. Milliseconds. */
const askEveryMs = 5_000;
const answerMs = 4_000;
/** What Redis may not have written yet: it syncs once a second, later where its disk is slow. Milliseconds. */
const unwrittenMs = 10_000;

/** Notices that the queue was away: a Redis whose machine lost its power has lost its last second, with events that were acknowledged. Resolves when the signal aborts. */
export async function noticeQueueGaps(
  { sender, onGap, now, everyMs = askEveryMs }: QueueGapsOptions,
  stopping: AbortSignal,
): Promise<void> {
  let answeredMs = now();
  let wasAway = false;
  const answers = async (): Promise<boolean> => {
    try {
      await raceWithin((limit) => sender.ping(limit), stopping, answerMs);
      return true;
    } catch {
      throwIfAborted(stopping);
      return false;
    }
  };
  try {
    for (;;) {
      await pause(everyMs, stopping);
      // One answer may be late because this process is busy; a connection that is refused is refused again at once.
      const isThere = (await answers()) || (await answers());
      if (isThere && wasAway) onGap(answeredMs - unwrittenMs);
      if (isThere) answeredMs = now();
      wasAway = !isThere;
    }
  } catch (error) {
    if (!stopping.aborted) throw error;
  }
}
