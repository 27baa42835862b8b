import type { Json } from '../world/model.ts';
import { ApiError } from '../api/api-error.ts';
import type { UpdateQueue } from './queue.ts';

export interface PollOptions {
  offset: number;
  limit: number;
  /** How long it waits for something to come, seconds. */
  timeoutS: number;
  /** The caller has gone. */
  signal: AbortSignal;
}

export interface Polling {
  poll(options: PollOptions): Promise<Json[]>;
  close(): void;
}

/** Hands out updates to whoever asks. Only one may ask at a time: the older call is ended. */
export function createPolling(queue: UpdateQueue): Polling {
  let endOlder: (() => void) | undefined;
  return {
    poll: async ({ offset, limit, timeoutS, signal }) => {
      endOlder?.();
      confirm(queue, offset);
      const ready = (): Json[] =>
        queue
          .waiting()
          .slice(0, limit)
          .map(({ body }) => body);
      const now = ready();
      if (now.length > 0 || timeoutS <= 0) return now;
      return new Promise<Json[]>((resolve, reject) => {
        const stop = (): void => {
          clearTimeout(timer);
          stopListening();
          signal.removeEventListener('abort', done);
          if (endOlder === conflict) endOlder = undefined;
        };
        const done = (): void => {
          stop();
          resolve(ready());
        };
        const conflict = (): void => {
          stop();
          reject(new ApiError(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'));
        };
        const timer = setTimeout(done, timeoutS * 1_000);
        const stopListening = queue.onNew(done);
        signal.addEventListener('abort', done, { once: true });
        endOlder = conflict;
      });
    },
    close: () => endOlder?.(),
  };
}

/** An offset says that everything before it was taken; a negative one, all but the newest so many. */
function confirm(queue: UpdateQueue, offset: number): void {
  const waiting = queue.waiting();
  const taken = offset < 0 ? waiting.slice(0, offset) : waiting.filter(({ id }) => id < offset);
  for (const update of taken) queue.delivered(update);
}
