import type { Logger } from '../observability/logger.ts';
import { pause, raceAbort, within } from '../wait.ts';
import { closeQueue, type OpenQueue } from './bullmq-backend.ts';
import { createPromoter } from './promote-ahead.ts';
import { tookNothing, type QueueState } from './took-nothing.ts';

const checksUntilStuck = 3;
const closeTimeoutMs = 2_000;

export interface QueueWatchOptions {
  /** Opens the queue. */
  open: () => Promise<OpenQueue>;
  /** Between two checks, milliseconds. */
  everyMs: number;
  /** Its jobs come at set times, however far ahead. */
  hasOwnTimes: boolean;
  /** Attempts of this process; the receiver keeps it up to date. */
  attempts: { started: number; running: number };
  /** This process takes no jobs for a reason of its own. */
  isHeld: () => boolean;
  log: Logger;
}

/** Detects a BullMQ worker that takes no jobs although some are waiting; this has been seen to happen after a reconnect. Lets jobs go that were postponed by a clock that was ahead. */
export function watchQueue(
  { open, everyMs, hasOwnTimes, attempts, isHeld, log }: QueueWatchOptions,
  signal: AbortSignal,
): { stuck(): boolean; done: Promise<void> } {
  let failedChecks = 0;
  type Promote = ReturnType<typeof createPromoter>;
  const read = async (queue: OpenQueue, promote: Promote): Promise<QueueState> => {
    const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed');
    const promoted = hasOwnTimes || counts['delayed'] === 0 ? 0 : await promote(Date.now(), performance.now());
    if (promoted > 0) log.warn({ promoted }, 'jobs were postponed by a clock that is ahead of ours: they have waited long enough');
    const waiting = (counts['waiting'] ?? 0) + (counts['prioritized'] ?? 0);
    // A queue that is held, or that an operator has paused, has no job for us, however many wait in it.
    const paused = waiting > 0 && (isHeld() || (await queue.isPaused()));
    return { waiting: paused ? 0 : waiting, ...attempts };
  };
  const run = async (): Promise<void> => {
    let queue: OpenQueue | undefined;
    let promote: Promote | undefined;
    let before: QueueState | undefined;
    try {
      for (;;) {
        await pause(everyMs, signal);
        try {
          queue ??= await open();
          promote ??= createPromoter(queue);
          const now: QueueState = await raceAbort(read(queue, promote), within(signal, everyMs));
          failedChecks = before && tookNothing(before, now) ? failedChecks + 1 : 0;
          before = now;
          if (failedChecks === checksUntilStuck) log.error({ waiting: now.waiting }, 'jobs are waiting and this process takes none');
        } catch {
          // Unreachable: the next state has none to compare with. A queue whose first connection failed must be opened again.
          before = undefined;
          failedChecks = 0;
          if (queue) await closeQueue(queue, closeTimeoutMs);
          [queue, promote] = [undefined, undefined];
        }
      }
    } catch {
      if (queue) await closeQueue(queue, closeTimeoutMs);
    }
  };
  return { stuck: () => failedChecks >= checksUntilStuck, done: run() };
}
