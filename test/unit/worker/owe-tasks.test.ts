import { takeLease } from '@watchpost/shared/documents/lease';
import { createLogger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import { runTasks, type Task } from '@watchpost/worker/schedule';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryDocuments } from '../../support/memory-documents.ts';

const never = new AbortController().signal;
const log = createLogger('test', 'silent');
const [secondMs, minuteMs, dayMs] = [1_000, 60_000, 86_400_000];
let documents = createMemoryDocuments();
beforeEach(() => {
  vi.useFakeTimers();
  documents = createMemoryDocuments();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A worker with this one task. */
function started(everyMs: number, run: Task['run']): { stop: () => Promise<void> } {
  const stopping = new AbortController();
  const running = runTasks([{ name: 'tidy', everyMs, run }], { documents, log }, stopping.signal);
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

describe('a task of a worker', () => {
  it.each([
    { every: 'second', everyMs: secondMs, withinMs: 65 * secondMs },
    { every: 'day', everyMs: dayMs, withinMs: 2 * minuteMs },
  ])('that is done every $every is taken over within $withinMs ms from one that was killed', async ({ everyMs, withinMs }) => {
    await takeLease(documents, 'task-tidy', minuteMs, never);
    const run = vi.fn<Task['run']>(async () => undefined);
    const worker = started(everyMs, run);
    await vi.advanceTimersByTimeAsync(minuteMs - 1);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(withinMs - minuteMs + 1);
    expect(run).toHaveBeenCalled();
    await worker.stop();
  });

  it('that is done once a day is tried again within a minute where it failed', async () => {
    const run = vi.fn<Task['run']>(async () => undefined).mockRejectedValueOnce(new Error('away'));
    const worker = started(dayMs, run);
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(run).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(dayMs - 1);
    expect(run).toHaveBeenCalledTimes(2);
    await worker.stop();
  });

  it('that is stopped in the middle of it can be done by another at once', async () => {
    const stopped = started(secondMs, (signal) => pause(dayMs, signal));
    await vi.advanceTimersByTimeAsync(10 * minuteMs);
    expect(await takeLease(documents, 'task-tidy', minuteMs, never)).toBeNull();
    await stopped.stop();
    const run = vi.fn<Task['run']>(async () => undefined);
    const worker = started(dayMs, run);
    await vi.advanceTimersByTimeAsync(0);
    expect(run).toHaveBeenCalledTimes(1);
    await worker.stop();
  });
});
