import { tookNothing, type QueueState } from '@watchpost/shared/jobs/took-nothing';
import { describe, expect, it } from 'vitest';

const idle: QueueState = { waiting: 5, started: 3, running: 0 };

describe('a receiver that takes nothing', () => {
  it('is idle while jobs wait at both checks', () => {
    expect(tookNothing(idle, idle)).toBe(true);
    expect(tookNothing(idle, { ...idle, waiting: 9 })).toBe(true);
  });

  it.each([
    ['has something in work', idle, { ...idle, running: 1 }],
    ['has begun something', idle, { ...idle, started: 4 }],
    ['has nothing to take now', idle, { ...idle, waiting: 0 }],
    ['had nothing to take before', { ...idle, waiting: 0 }, idle],
  ])('is not one that %s', (_what, before, now) => {
    expect(tookNothing(before, now)).toBe(false);
  });
});
