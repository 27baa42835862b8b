import { isDue } from '@watchpost/ingest/platforms/slack/backfill/is-due';
import { describe, expect, it } from 'vitest';

const at = (time: string): number => Date.parse(`2026-03-10T${time}:00Z`);
const hour = 3_600_000;

describe('what is done once a night', () => {
  it.each([
    ['at noon', '12:00', 24, 'UTC', 0, false],
    ['as the night begins', '01:00', 24, 'UTC', 0, true],
    ['as the night begins there', '00:00', 24, 'Europe/Berlin', 0, true],
    ['as the night begins elsewhere', '01:00', 24, 'America/New_York', 0, false],
    ['later in the night, where its part is later', '03:00', 24, 'UTC', 0.5, true],
    ['before its part of the night', '02:00', 24, 'UTC', 0.5, false],
    ['a second time in a night', '03:00', 2, 'UTC', 0, false],
    ['in the day after a night in which nothing ran', '12:00', 27, 'UTC', 0, true],
  ])('%s', (_when, time, hoursAgo, timeZone, spread, expected) => {
    expect(isDue(at(time) - hoursAgo * hour, at(time), timeZone, spread)).toBe(expected);
  });

  it.each([0, 0.3, 0.99])('is done once a day, whatever its part of the night is (%f)', (spread) => {
    let lastMs = at('00:00');
    const done: number[] = [];
    for (let nowMs = lastMs; nowMs < at('00:00') + 10 * 24 * hour; nowMs += 60_000) {
      if (!isDue(lastMs, nowMs, 'UTC', spread)) continue;
      done.push(nowMs);
      lastMs = nowMs;
    }
    expect(done.length).toBeGreaterThanOrEqual(9);
    expect(done.length).toBeLessThanOrEqual(10);
  });
});
