import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { forgetAll, invalidate, invalidateTopic, watch } from '../../../apps/console/client/kit/cache.ts';

describe('answers that pages keep', () => {
  /** When each was asked for, and whether as nobody waits for it. Milliseconds from the beginning. */
  let asked: { atMs: number; background: boolean }[] = [];
  let answerMs = 10;
  let stop = (): void => undefined;
  beforeEach(() => {
    vi.useFakeTimers();
    const beginMs = Date.now();
    asked = [];
    answerMs = 10;
    vi.stubGlobal('fetch', async (_path: string, init: RequestInit) => {
      asked.push({ atMs: Date.now() - beginMs, background: new Headers(init.headers).has('x-background') });
      await new Promise((resolve) => setTimeout(resolve, answerMs));
      return Response.json({});
    });
  });
  afterEach(() => {
    stop();
    forgetAll();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });
  const pass = async (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  /** So many changes, this far apart. */
  const changes = async (count: number, everyMs: number): Promise<void> => {
    for (let index = 0; index < count; index += 1) {
      invalidateTopic({ topic: 'visits' });
      await pass(everyMs);
    }
  };
  const show = (): void => {
    stop = watch('/api/visits', ['visits'], () => undefined);
  };

  it('are asked for within half a second of a change, also of one right after another', async () => {
    show();
    await pass(30);
    invalidateTopic({ topic: 'visits' });
    await pass(500);
    expect(asked).toHaveLength(2);
    await pass(2_000);
    invalidateTopic({ topic: 'visits' });
    await pass(1);
    expect(asked).toHaveLength(3);
    expect(asked.map(({ background }) => background)).toEqual([false, true, true]);
  });

  it('rest between changes that do not end, and the longer, the longer an answer takes', async () => {
    show();
    await pass(1_000);
    const quick = asked.length;
    await changes(100, 100);
    expect(asked.length - quick).toBeGreaterThan(20);
    expect(asked.length - quick).toBeLessThan(27);
    answerMs = 1_000;
    await pass(1_000);
    const slow = asked.length;
    await changes(300, 100);
    expect(asked.length - slow).toBeGreaterThan(4);
    expect(asked.length - slow).toBeLessThan(9);
  });

  it('are asked for at once after what the reader did, also while an older answer is under way', async () => {
    answerMs = 500;
    show();
    await pass(600);
    invalidateTopic({ topic: 'visits' });
    await pass(1_600);
    expect(asked).toHaveLength(2);
    await pass(200);
    invalidate('/api/visits');
    await pass(301);
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 2_000, 2_500]);
    expect(asked.at(-1)?.background).toBe(false);
  });
});
