import { AppError } from '@watchpost/shared/errors';

/** Lets so many work at a time; others wait for their turn. */
export interface Gate {
  /** Rejects with `gallery-unavailable` if too many wait already. */
  pass<T>(work: () => Promise<T>): Promise<T>;
}

/** What strangers can ask the database for at the same time is bounded by this. */
export function createGate(atATime: number, mostWaiting: number): Gate {
  let working = 0;
  const waiting: (() => void)[] = [];
  return {
    pass: async (work) => {
      if (working >= atATime) {
        if (waiting.length >= mostWaiting) throw new AppError('gallery-unavailable', 'too many readers ask for what is not in memory');
        await new Promise<void>((resolve) => waiting.push(resolve));
      } else working += 1;
      try {
        return await work();
      } finally {
        // Whoever is next takes over the place.
        const next = waiting.shift();
        if (next) next();
        else working -= 1;
      }
    },
  };
}
