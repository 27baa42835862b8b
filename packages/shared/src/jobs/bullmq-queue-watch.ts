import type { Logger } from '../observability/logger.ts';
import { pause, raceAbort } from '../wait.ts';
import type { StorageConfig } from '../config/common.ts';
import { openQueue, type OpenQueue } from './bullmq-backend.ts';
import { tookNothing, type QueueView } from './stuck-watch.ts';

const looksUntilStuck = 3;
const commandTimeoutMs = 5_000;
const closeTimeoutMs = 2_000;

export interface WatchParts {
  storage: StorageConfig;
  name: string;
  limited: boolean;
  everyMs: number;
  tally: { started: number; running: number };
  log: Logger;
}

/** BullMQ workers have been seen to fall asleep after a reconnect: jobs wait and nobody takes them. This notices. */
export function watchQueue(
  { storage, name, limited, everyMs, tally, log }: WatchParts,
  signal: AbortSignal,
): { stuck(): boolean; done: Promise<void> } {
  let looks = 0;
  const look = async (queue: OpenQueue): Promise<QueueView> => {
    const counts = await queue.getJobCounts('waiting', 'prioritized', 'completed', 'failed', 'delayed');
    const sum = (...states: string[]): number => states.reduce((total, state) => total + (counts[state] ?? 0), 0);
    // A queue that somebody paused by hand has nothing for us, however much waits in it.
    const waiting = sum('waiting', 'prioritized');
    return { waiting: waiting > 0 && (await queue.isPaused()) ? 0 : waiting, finished: sum('completed', 'failed', 'delayed'), ...tally };
  };
  const run = async (): Promise<void> => {
    // A queue that cannot be reached must not fill the log from here too: the worker reports it.
    let queue: OpenQueue | undefined;
    let before: QueueView | undefined;
    try {
      for (;;) {
        await pause(everyMs, signal);
        try {
          queue ??= openQueue(storage, name, commandTimeoutMs, () => undefined);
          const now: QueueView = await raceAbort(look(queue), AbortSignal.any([signal, AbortSignal.timeout(everyMs)]));
          looks = before && tookNothing(before, now, limited) ? looks + 1 : 0;
          before = now;
          if (looks === looksUntilStuck) log.error({ waiting: now.waiting }, 'jobs wait and this process takes none');
        } catch {
          // Away, or never reached: what the next look finds is compared with nothing. A queue that did not come up is made anew.
          before = undefined;
          looks = 0;
          await closeQueue(queue);
          queue = undefined;
        }
      }
    } catch {
      await closeQueue(queue);
    }
  };
  return { stuck: () => looks >= looksUntilStuck, done: run() };
}

async function closeQueue(queue: OpenQueue | undefined): Promise<void> {
  if (!queue) return;
  await raceAbort(queue.close(), AbortSignal.timeout(closeTimeoutMs)).catch(() => queue.disconnect().catch(() => undefined));
}
