import { createPromoter, type DelayedJobs } from '@watchpost/shared/jobs/promote-ahead';
import { describe, expect, it } from 'vitest';

const nowMs = 1_800_000_000_000;
const hourMs = 3_600_000;

/** Delayed jobs, the one whose turn comes last first; those that are promoted are gone. */
function rig() {
  let delayed: { id: string; aheadMs: number; delay: number }[] = [];
  const promoted: string[] = [];
  const getJobs: DelayedJobs['getJobs'] = async (_states, start, end) =>
    delayed.slice(start, end + 1).map((job) => ({
      id: job.id,
      timestamp: nowMs - hourMs,
      processedOn: nowMs + job.aheadMs,
      delay: job.delay,
      promote: async () => {
        promoted.push(job.id);
        delayed = delayed.filter((other) => other !== job);
      },
    }));
  const postpone = (id: string, aheadMs: number, delay: number): void => {
    delayed = [{ id, aheadMs, delay }, ...delayed];
  };
  return { promote: createPromoter({ getJobs }), promoted, postpone };
}

describe('jobs that were postponed by a clock that is ahead of ours', () => {
  it('are all taken once they have waited as long as they were to, and those of our time are let alone', async () => {
    const { promote, promoted, postpone } = rig();
    postpone('ours', -1_000, 60_000);
    postpone('nearly', 60_000, 60_000);
    for (let index = 0; index < 45; index += 1) postpone(`a${String(index)}`, hourMs, index < 40 ? 60_000 : 300_000);
    expect(await promote(nowMs, 0)).toBe(0);
    expect(await promote(nowMs, 59_999)).toBe(0);
    expect(await promote(nowMs, 60_000)).toBe(40);
    expect(await promote(nowMs, 299_999)).toBe(0);
    expect(await promote(nowMs, 300_000)).toBe(5);
    expect(new Set(promoted).size).toBe(45);
    expect(promoted.some((id) => id === 'ours' || id === 'nearly')).toBe(false);
  });

  it('wait anew when they are postponed again: nothing is asked sooner because two clocks differ', async () => {
    const { promote, promoted, postpone } = rig();
    postpone('again', hourMs, 300_000);
    expect(await promote(nowMs, 0)).toBe(0);
    expect(await promote(nowMs, 300_000)).toBe(1);
    postpone('again', hourMs + 300_000, 300_000);
    expect(await promote(nowMs, 320_000)).toBe(0);
    expect(await promote(nowMs, 619_999)).toBe(0);
    expect(await promote(nowMs, 620_000)).toBe(1);
    expect(promoted).toEqual(['again', 'again']);
  });
});
