import { everyMs, nextTime, timeBefore } from '@watchpost/shared/jobs/times';
import { describe, expect, it } from 'vitest';

const ms = (iso: string): number => Date.parse(iso);
const iso = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
const zurich = (pattern: string) => ({ pattern, timeZone: 'Europe/Zurich' });

describe('times of jobs', () => {
  it('follow the clocks of their zone', () => {
    expect(iso(nextTime(zurich('0 7 * * *'), ms('2026-11-22T12:00Z')))).toBe('2026-11-23T06:00:00.000Z');
    expect(iso(nextTime(zurich('0 7 * * *'), ms('2026-07-01T12:00Z')))).toBe('2026-07-02T05:00:00.000Z');
  });

  it('come once where the clocks skip or repeat an hour', () => {
    const at = zurich('30 2 * * *');
    expect(iso(nextTime(at, ms('2026-03-28T12:00Z')))).toBe('2026-03-29T01:00:00.000Z');
    expect(iso(nextTime(at, ms('2026-03-29T01:00Z')))).toBe('2026-03-30T00:30:00.000Z');
    expect(iso(nextTime(at, ms('2026-10-24T12:00Z')))).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(nextTime(at, ms('2026-10-25T00:30Z')))).toBe('2026-10-26T01:30:00.000Z');
  });

  it('know the time before, which is this very moment too', () => {
    const at = zurich('0 7 * * *');
    expect(iso(timeBefore(at, ms('2026-11-22T06:00:00.000Z')))).toBe('2026-11-22T06:00:00.000Z');
    expect(iso(timeBefore(at, ms('2026-11-22T05:59:59.999Z')))).toBe('2026-11-21T06:00:00.000Z');
    expect(iso(timeBefore(at, ms('2026-11-22T06:00:00.700Z')))).toBe('2026-11-22T06:00:00.000Z');
  });

  it('agree: the time before the next one is the next one, all year', () => {
    for (const at of [zurich('30 2 * * *'), zurich('0 * * * *'), zurich('15 3 1 * *'), { pattern: everyMs(420_000), timeZone: 'UTC' }]) {
      let now = ms('2026-01-01T00:00Z');
      for (let turn = 0; turn < 400; turn += 1) {
        const next = nextTime(at, now);
        if (next === null) throw new Error('it never comes');
        expect(next).toBeGreaterThan(now);
        expect(timeBefore(at, next)).toBe(next);
        now = next;
      }
    }
  });

  it('may never come', () => expect(nextTime(zurich('0 0 31 2 *'), Date.now())).toBeNull());
});
