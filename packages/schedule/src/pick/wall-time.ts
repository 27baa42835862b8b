/** A time on the clocks of a place. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();

/** What the clocks show. */
export function wallTime(atMs: number, timeZone: string): WallTime {
  const formatter =
    formatters.get(timeZone) ??
    new Intl.DateTimeFormat('en', {
      timeZone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
    });
  formatters.set(timeZone, formatter);
  const parts = new Map(formatter.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  return { year: part('year'), month: part('month'), day: part('day'), hour: part('hour'), minute: part('minute') };
}

const utc = ({ year, month, day, hour, minute }: WallTime): number => Date.UTC(year, month - 1, day, hour, minute);

/** When the clocks show this, milliseconds since 1970: where they show it twice, one of the two; where they skip it, an hour beside it. */
export function momentAt(time: WallTime, timeZone: string): number {
  const wanted = utc(time);
  const guess = wanted - (utc(wallTime(wanted, timeZone)) - wanted);
  return guess - (utc(wallTime(guess, timeZone)) - wanted);
}

/** `2026-11-22 07:00`. */
export function shownTime(atMs: number, timeZone: string): string {
  const { year, month, day, hour, minute } = wallTime(atMs, timeZone);
  const two = (number: number): string => String(number).padStart(2, '0');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}`;
}
