import { describe, expect, it } from 'vitest';
import { parseDailyHours, parseTimeOfDay } from '@watchpost/cameras/notation';

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
