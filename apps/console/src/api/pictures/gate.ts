import { AppError } from '@watchpost/shared/errors';

/** Lets so many do something at a time, and a few wait; whoever comes then is asked to come again. */
export interface Gate {
  /** Rejects with `request-rate-limited` where too many wait already, else as `work`. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

export function createGate({ atATime, waiting: mostWaiting }: { atATime: number; waiting: number }): Gate {
  let running = 0;
  const waiting: (() => void)[] = [];
  const enter = async (): Promise<void> => {
    if (running < atATime) {
      running += 1;
      return;
    }
    if (waiting.length >= mostWaiting)
      throw new AppError('request-rate-limited', 'many pictures are being fetched: please wait a moment', { retryAfterMs: 2_000 });
    // Whoever leaves hands its place on: nobody comes in between.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  };
  return {
    pass: async (work) => {
      await enter();
      try {
        return await work();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else running -= 1;
      }
    },
  };
}
