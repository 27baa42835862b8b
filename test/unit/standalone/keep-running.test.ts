import { keepRunning } from '@watchpost/standalone/processes/keep-running';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A process that ends after these times, milliseconds; then it runs for good. */
function crashing(runsMs: number[]): { ended: () => Promise<string[]>; start: () => Promise<void>; starts: () => number } {
  let starts = 0;
  const next = (): Promise<string[]> => {
    const ms = runsMs.shift();
    return new Promise((resolve) => {
      if (ms !== undefined) setTimeout(() => resolve(['last words']), ms);
    });
  };
  return { ended: next, start: async () => void (starts += 1), starts: () => starts };
}

const run = (process: ReturnType<typeof crashing>, signal: AbortSignal): Promise<string | undefined> =>
  keepRunning({ name: 'it', say: () => undefined, maxFailures: 3, ended: process.ended, start: process.start }, signal);

it('starts a process again however often it ends in its life, if it ran for a minute each time', async () => {
  const process = crashing(Array.from({ length: 50 }, () => 61_000));
  const stop = new AbortController();
  const done = run(process, stop.signal);
  await vi.advanceTimersByTimeAsync(50 * 65_000);
  expect(process.starts()).toBe(50);
  stop.abort();
  expect(await Promise.race([done, Promise.resolve('still watching')])).toBe('still watching');
});

it('gives up a process that ends several times in a row', async () => {
  const process = crashing([61_000, 10, 10, 10, 10]);
  const done = run(process, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(120_000);
  expect(await done).toBe('last words');
  expect(process.starts()).toBe(3);
});

it('counts a start that took long and failed as a failure, not as a run', async () => {
  const say = vi.fn<(text: string) => void>();
  const start = async (): Promise<void> => new Promise((_, reject) => void setTimeout(() => reject(new Error('the disk is full')), 90_000));
  const done = keepRunning({ name: 'it', say, maxFailures: 3, ended: async () => [], start }, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(400_000);
  expect(await done).toBe('the disk is full');
  expect(say).toHaveBeenCalledTimes(3);
});
