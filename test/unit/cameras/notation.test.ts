import { describe, expect, it } from 'vitest';
import { parseDailyHours, parseDuration, parseTimeOfDay } from '@watchpost/cameras/notation';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    [' 10m ', 600_000],
    ['2 h', 7_200_000],
    ['0s', 0],
  ])('%j is %i milliseconds', (text, ms) => expect(parseDuration(text)).toBe(ms));

  it.each(['', '90', 's', '1.5m', '-1s', '5 minutes', '10d', '9999999s', '1m30s'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeNull(),
  );
});

describe('times of day', () => {
  it.each([
    ['0:00', 0],
    ['08:05', 485],
    ['23:59', 1_439],
    ['24:00', 1_440],
  ])('%j is minute %i', (text, minute) => expect(parseTimeOfDay(text)).toBe(minute));

  it.each(['', '8', '8:5', '24:01', '25:00', '8:60', '8.30', '8:30pm'])('%j is none', (text) => expect(parseTimeOfDay(text)).toBeNull());
});

describe('hours of every day', () => {
  it.each([
    ['22:00-06:00', 1_320, 360],
    ['9:30 – 17:00', 570, 1_020],
    ['18:00-24:00', 1_080, 1_440],
  ])('%j', (text, fromMinute, toMinute) => expect(parseDailyHours(text)).toEqual({ fromMinute, toMinute }));

  it.each(['', '22:00', '22:00-', '22:00-22:00', '24:00-06:00', '22-6', '1:00-2:00-3:00'])('%j are none', (text) =>
    expect(parseDailyHours(text)).toBeNull(),
  );
});
