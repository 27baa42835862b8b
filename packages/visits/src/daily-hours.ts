import type { DailyHours } from '@watchpost/cameras/camera-settings';

/** A day of the calendar, and the minute since its midnight, as a clock on the wall shows them. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const numeric = 'numeric';
  const options = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, hourCycle: 'h23', timeZone } as const;
  const made = new Intl.DateTimeFormat('en-GB', options);
  formats.set(timeZone, made);
  return made;
}

/** What a clock in this zone shows at a moment. */
export function wallTimeOf(atMs: number, timeZone: string): WallTime {
  const parts = new Map(
    formatOf(timeZone)
      .formatToParts(atMs)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return { year: part('year'), month: part('month'), day: part('day'), minute: part('hour') * 60 + part('minute') };
}

/** The time as the zone's clock shows it: `14:02`. */
export function clockOf(atMs: number, timeZone: string): string {
  return showMinute(wallTimeOf(atMs, timeZone).minute);
}

/** A minute of the day as people write it: `22:00`. */
export function showMinute(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
}

/** The date in this zone, as people write it: `22 Nov 2026`. */
export function dateOf(atMs: number, timeZone: string): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone }).format(atMs);
}

/** Whether the moment lies in these hours of any day. The first minute belongs to them, the last does not; equal ends are the whole day. */
export function isWithin({ fromMinute, toMinute }: DailyHours, atMs: number, timeZone: string): boolean {
  const { minute } = wallTimeOf(atMs, timeZone);
  if (fromMinute === toMinute) return true;
  return fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

const dayMs = 24 * 3_600_000;

/**
 * When a clock in this zone shows this time. Where clocks go back, the first of the two moments; where they go forward and skip the time,
 * as much later as they skip.
 */
export function momentOf({ year, month, day, minute }: WallTime, timeZone: string): number {
  const asIfUtc = Date.UTC(year, month - 1, day, 0, minute);
  const before = asIfUtc - offsetAt(asIfUtc - dayMs, timeZone);
  const after = asIfUtc - offsetAt(asIfUtc + dayMs, timeZone);
  return showsAt(before, asIfUtc, timeZone) || !showsAt(after, asIfUtc, timeZone) ? before : after;
}

const showsAt = (atMs: number, asIfUtc: number, timeZone: string): boolean => atMs + offsetAt(atMs, timeZone) === asIfUtc;

/** By how much the zone's clock is ahead of UTC, milliseconds. */
function offsetAt(atMs: number, timeZone: string): number {
  const wholeMinute = Math.floor(atMs / 60_000) * 60_000;
  const { year, month, day, minute } = wallTimeOf(wholeMinute, timeZone);
  return Date.UTC(year, month - 1, day, 0, minute) - wholeMinute;
}
