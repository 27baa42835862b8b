import { setImmediate } from 'node:timers/promises';

/** Lets the event loop go on if this has worked for a while; rejects if the signal has aborted. */
export type Breathe = () => Promise<void>;

const longestStretchMs = 8;

/** For work in small steps: await it after each of them. */
export function breathing(signal: AbortSignal): Breathe {
  let sinceMs = performance.now();
  return async () => {
    signal.throwIfAborted();
    if (performance.now() - sinceMs < longestStretchMs) return;
    await setImmediate(undefined, { signal });
    sinceMs = performance.now();
  };
}
