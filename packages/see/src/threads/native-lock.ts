import { setTimeout as sleep } from 'node:timers/promises';
import type { Uninterrupted } from '../models/vision.ts';

/**
 * A thread that is ended while ONNX Runtime computes takes the whole process with it: the result can no longer become a JavaScript
 * value, and the library aborts. Decoders complain of leaks. So the thread holds this lock while native code runs, and whoever wants to end it takes the lock first,
 * and keeps it. Shared memory, because a thread that computes reads no messages.
 */
export type NativeLock = Int32Array<SharedArrayBuffer>;

const [free, held, ended] = [0, 1, 2];
const askAgainMs = 2;

export const createNativeLock = (): NativeLock => new Int32Array(new SharedArrayBuffer(4));

/** Holds the lock while work runs. Work that begins when the owner has taken the lock never runs: the thread waits for its end. For the thread itself. */
export function holding(lock: NativeLock): Uninterrupted {
  let running = 0;
  return async (work) => {
    if (running === 0) while (Atomics.compareExchange(lock, 0, free, held) === ended) Atomics.wait(lock, 0, ended);
    running += 1;
    try {
      return await work();
    } finally {
      running -= 1;
      if (running === 0) Atomics.store(lock, 0, free);
    }
  };
}

/** Resolves when the thread runs no native code and will run none, or `isGone`. For the thread's owner, before it ends the thread. */
export async function takeForGood(lock: NativeLock, isGone: () => boolean): Promise<void> {
  while (Atomics.compareExchange(lock, 0, free, ended) === held && !isGone()) await sleep(askAgainMs);
}
