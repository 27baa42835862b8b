import { describe, expect, it } from 'vitest';
import { parseDuration } from '@watchpost/shared/settings-file/parts';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    [' 10m ', 600_000],
    ['2 h', 7_200_000],
    ['0s', 0],
    ['30d', 2_592_000_000],
  ])('%j is %i milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '90', 's', '1.5m', '-1s', '5 minutes', '10w', '9999999s', '1m30s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
});
