import { AppError } from '@watchpost/shared/errors';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';

/** Lets so many do something at a time, and a few wait; whoever comes then is asked to come again. */
export interface Gate {
  /** Rejects with `request-rate-limited` where too many wait already, with `aborted` where it aborts while it waits, else as `work`. */
  pass<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export function createGate({ atATime, waiting: mostWaiting }: { atATime: number; waiting: number }): Gate {
  let running = 0;
  const waiting = new Set<() => void>();
  const enter = async (signal: AbortSignal): Promise<void> => {
    throwIfAborted(signal);
    if (running < atATime) {
      running += 1;
      return;
    }
    if (waiting.size >= mostWaiting)
      throw new AppError('request-rate-limited', 'many pictures are being fetched: please wait a moment', { retryAfterMs: 2_000 });
    // Whoever leaves hands its place on: nobody comes in between.
    let come = (): void => undefined;
    const turn = new Promise<void>((resolve) => {
      come = resolve;
    });
    waiting.add(come);
    try {
      await raceAbort(turn, signal);
    } catch (error) {
      // Its turn may have come in the same moment.
      if (!waiting.delete(come)) leave();
      throw error;
    }
  };
  const leave = (): void => {
    const [next] = waiting;
    if (!next) {
      running -= 1;
      return;
    }
    waiting.delete(next);
    next();
  };
  return {
    pass: async (work, signal) => {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
