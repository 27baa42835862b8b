import { clockOf, dateOf, isWithin, momentOf, wallTimeOf } from '@watchpost/visits/daily-hours';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const at = (iso: string): number => Date.parse(iso);
const night = { fromMinute: 22 * 60, toMinute: 6 * 60 };
const morning = { fromMinute: 8 * 60, toMinute: 9 * 60 + 30 };

describe('hours of every day', () => {
  it.each([
    ['2026-11-22T21:59:59Z', false],
    ['2026-11-22T22:00:00Z', true],
    ['2026-11-23T00:00:00Z', true],
    ['2026-11-23T05:59:59Z', true],
    ['2026-11-23T06:00:00Z', false],
  ])('pass midnight: %s', (iso, expected) => expect(isWithin(night, at(iso), 'UTC')).toBe(expected));

  it.each([
    ['2026-11-22T07:59:00Z', false],
    ['2026-11-22T08:00:00Z', true],
    ['2026-11-22T09:29:59Z', true],
    ['2026-11-22T09:30:00Z', false],
  ])('have a beginning and an end: %s', (iso, expected) => expect(isWithin(morning, at(iso), 'UTC')).toBe(expected));

  it('are the zone’s, in summer and in winter', () => {
    expect(isWithin(night, at('2026-01-10T20:59:00Z'), 'Europe/Berlin')).toBe(false);
    expect(isWithin(night, at('2026-01-10T21:00:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isWithin(night, at('2026-07-10T20:00:00Z'), 'Europe/Berlin')).toBe(true);
    expect(isWithin(night, at('2026-07-10T16:30:00Z'), 'Asia/Kolkata')).toBe(true);
  });

  it('that begin when they end are the whole day', () => expect(isWithin({ fromMinute: 60, toMinute: 60 }, 0, 'UTC')).toBe(true));
});

describe('the zone’s clock', () => {
  it('shows day and time', () => {
    expect(wallTimeOf(at('2026-03-01T23:30:00Z'), 'Europe/Berlin')).toEqual({ year: 2026, month: 3, day: 2, minute: 30 });
    expect(clockOf(at('2026-11-22T00:05:00Z'), 'UTC')).toBe('00:05');
    expect(dateOf(at('2026-11-22T23:05:00Z'), 'Asia/Tokyo')).toBe('23 Nov 2026');
  });

  it.each([
    ['Europe/Berlin', 2026, 3, 29, 2 * 60 + 30, '2026-03-29T01:30:00Z', 'skipped: as much later as the clock skips'],
    ['Europe/Berlin', 2026, 10, 25, 2 * 60 + 30, '2026-10-25T00:30:00Z', 'shown twice: the first time'],
    ['Europe/Berlin', 2026, 3, 29, 8 * 60, '2026-03-29T06:00:00Z', 'after the change'],
    ['Europe/Berlin', 2026, 3, 29, 60, '2026-03-29T00:00:00Z', 'before the change'],
    ['America/New_York', 2026, 11, 1, 90, '2026-11-01T05:30:00Z', 'shown twice: the first time'],
    ['Australia/Lord_Howe', 2026, 10, 4, 2 * 60 + 15, '2026-10-03T15:45:00Z', 'skipped by half an hour'],
    ['UTC', 2026, 11, 22, 8 * 60, '2026-11-22T08:00:00Z', 'never changes'],
  ])('%s shows %i-%i-%i, minute %i at %s (%s)', (timeZone, year, month, day, minute, iso) => {
    expect(new Date(momentOf({ year, month, day, minute }, timeZone)).toISOString()).toBe(iso.replace('Z', '.000Z'));
  });

  it('leads back to the time that it shows, at any moment in any zone, but for the hour that is shown twice', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/Sao_Paulo', 'Asia/Kathmandu', 'Pacific/Apia', 'America/St_Johns'];
    fc.assert(
      fc.property(
        fc.integer({ min: at('2015-01-01') / 60_000, max: at('2035-01-01') / 60_000 }),
        fc.constantFrom(...zones),
        (minutes, zone) => {
          const atMs = minutes * 60_000;
          const back = momentOf(wallTimeOf(atMs, zone), zone);
          expect([0, 3_600_000]).toContain(atMs - back);
          expect(wallTimeOf(back, zone)).toEqual(wallTimeOf(atMs, zone));
        },
      ),
      { numRuns: 150 },
    );
  });
});
