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
const sortedAtOnce = 500;

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

/** Work that whoever runs it may interrupt between two steps. */
export type Steps<T> = Generator<undefined, T>;

/** All steps at once. */
export function withoutPause<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Sorts like `toSorted`, and lets others run meanwhile: parts first, which are then merged two by two. */
export async function sortInSteps<T>(all: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const starts = Array.from({ length: Math.ceil(all.length / sortedAtOnce) }, (_, index) => index * sortedAtOnce);
  let parts: T[][] = [];
  await inSteps(starts, (from) => parts.push(all.slice(from, from + sortedAtOnce).sort(compare)));
  while (parts.length > 1) {
    const pairs = Array.from({ length: Math.ceil(parts.length / 2) }, (_, index) => parts.slice(2 * index, 2 * index + 2));
    parts = [];
    for (const [one = [], other = []] of pairs) parts.push(await merge(one, other, compare));
  }
  return parts[0] ?? [];
}

/** Two sorted lists; of equal ones the first comes first. */
async function merge<T>(one: readonly T[], other: readonly T[], compare: (a: T, b: T) => number): Promise<T[]> {
  const merged: T[] = [];
  let at = 0;
  await inSteps(one, (first) => {
    for (let next = other[at]; next !== undefined && compare(next, first) < 0; next = other[at]) {
      merged.push(next);
      at += 1;
    }
    merged.push(first);
  });
  return [...merged, ...other.slice(at)];
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
