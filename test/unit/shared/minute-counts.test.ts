import { toHistory } from '@watchpost/shared/jobs/minute-counts';
import { expect, it } from 'vitest';

const minute = 60_000;
const none = { meta: { count: 0, prevTS: 0, prevCount: 0 }, data: [] };

it('spreads what BullMQ has counted over the minutes in which it happened', () => {
  // Minute 100: 3, minute 101: none, minute 102: 4; 2 more in minute 103, which is still open; it is minute 105 now.
  const completed = { meta: { count: 9, prevTS: 103 * minute + 5, prevCount: 7 }, data: [4, 0, 3] };
  const history = toHistory('snapshot', { completed, failed: none }, { minutes: 6, nowMs: 105 * minute + 30_000 });
  expect(history).toEqual({ kind: 'snapshot', fromMs: 100 * minute, completed: [3, 0, 4, 2, 0, 0], failed: [0, 0, 0, 0, 0, 0] });
});

it('leaves out what is older than what is asked for, and what a clock that is behind has not seen yet', () => {
  const completed = { meta: { count: 9, prevTS: 103 * minute, prevCount: 7 }, data: [4, 0, 3] };
  const old = toHistory('mail', { completed, failed: none }, { minutes: 2, nowMs: 104 * minute });
  expect(old.completed).toEqual([2, 0]);
  const behind = toHistory('mail', { completed, failed: none }, { minutes: 2, nowMs: 102 * minute });
  expect(behind.completed).toEqual([0, 4]);
});
