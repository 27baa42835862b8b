import { setImmediate as breathe } from 'node:timers/promises';

/** Runs `work` one at a time. All calls during a run share one more run that starts after it, so each sees everything that happened before the call. */
export function coalesce<T>(work: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const run = (): Promise<T> => {
    const started = work().finally(() => {
      if (running === started) running = null;
    });
    running = started;
    return started;
  };
  return () => {
    // Between two runs nothing is running, but the next run is on its way.
    if (next) return next;
    if (!running) return run();
    next = running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return run();
      });
    return next;
  };
}

/** Without a pause, milliseconds: a job that waits should not notice it. */
const longestStepMs = 5;

/** Visits everything, and lets others run whenever that has taken a while. What is added or removed meanwhile is the visitor's concern. */
export async function inSteps<T>(all: Iterable<T>, visit: (one: T) => void): Promise<void> {
  let startMs = performance.now();
  for (const one of all) {
    visit(one);
    if (performance.now() - startMs < longestStepMs) continue;
    await breathe();
    startMs = performance.now();
  }
}

/** A mutex: each piece of work starts when the one before has ended. */
export function createMutex(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => undefined);
    return mine;
  };
}
