import { describe, expect, it } from 'vitest';
import { formatTime } from '@watchpost/feeds/render/dates';
import { cpuMsOf } from '../../../support/cpu-time.ts';

const evening = Date.UTC(2026, 10, 22, 23, 30, 5);
const berlin = { timeZone: 'Europe/Berlin', language: 'en-GB' };
/** Blanks and commas in dates differ between releases of the language data. */
const plain = (text: string | null): string | null => text?.replaceAll(/\s/g, ' ').replaceAll(',', '') ?? null;

describe("a time in Slack's formats", () => {
  it.each([
    ['{date_num}', '2026-11-23'],
    ['{date_slash}', '23/11/2026'],
    ['{date}', '23 November 2026'],
    ['{date_pretty}', '23 November 2026'],
    ['{date_short}', '23 Nov 2026'],
    ['{date_short_pretty}', '23 Nov 2026'],
    ['{date_long}', 'Monday 23 November 2026'],
    ['{date_long_full}', 'Monday 23 November 2026'],
    ['{date_long_pretty}', 'Monday 23 November 2026'],
    ['{day_divider_pretty}', 'Monday 23 November'],
    ['{time}', '00:30'],
    ['{time_secs}', '00:30:05'],
    ['{ago}', '23 Nov 2026 00:30'],
    ['from {date_short} at {time} {not a token', 'from 23 Nov 2026 at 00:30 {not a token'],
  ])('%s', (format, expected) => expect(plain(formatTime(evening, format, berlin))).toBe(expected));

  it.each([
    [{ timeZone: 'America/Los_Angeles', language: 'en-US' }, 'Nov 22 2026 3:30 PM'],
    [{ timeZone: 'UTC', language: 'de' }, '22.11.2026 23:30'],
    [{ timeZone: 'Asia/Tokyo', language: 'ja' }, '2026/11/23 8:30'],
  ])('%j', (place, expected) => expect(plain(formatTime(evening, '{date_short} {time}', place))).toBe(expected));

  it('is none with an unknown token, or if it is beyond all calendars', () => {
    expect(formatTime(evening, '{time} {soon}', berlin)).toBeNull();
    expect(formatTime(evening, '{constructor}', berlin)).toBeNull();
    expect(formatTime(8.7e15, '{time}', berlin)).toBeNull();
  });

  it('10,000 times take milliseconds, in however many places', () => {
    const languages = ['en', 'de'];
    const format = (at: number) => formatTime(evening + at, '{date_long}', { timeZone: 'UTC', language: languages[at % 2]! });
    expect(cpuMsOf(() => Array.from({ length: 10_000 }, (_, at) => format(at)))).toBeLessThan(1_500);
  });
});
