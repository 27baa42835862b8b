import type { Words } from './words.ts';

/** What a time is written with. */
export interface Clock {
  language: string;
  timeZone: string;
  words: Words;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf({ language, timeZone }: Clock, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([language, timeZone, options]);
  const known = formats.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat(language, { ...options, timeZone });
  formats.set(key, made);
  return made;
}

/** A time as the page says it without its script: "22 Nov, 14:05". */
export const shortTime = (clock: Clock, at: Date): string =>
  formatOf(clock, { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }).format(at);

/** A time in full, with its zone: "22 November 2026 at 14:05:09 CET". */
export const fullTime = (clock: Clock, at: Date): string => formatOf(clock, { dateStyle: 'long', timeStyle: 'long' }).format(at);

const minuteMs = 60_000;
const hourMs = 3_600_000;

/** A time as it reads now: "just now", "5 min ago", "14:05" on the same day, then "22 Nov, 14:05". */
export function timeAgo(clock: Clock, at: Date, nowMs: number): string {
  const agoMs = nowMs - at.getTime();
  if (agoMs < minuteMs && agoMs > -minuteMs) return clock.words.justNow;
  if (agoMs >= minuteMs && agoMs < hourMs) {
    return new Intl.RelativeTimeFormat(clock.language, { style: 'short' }).format(-Math.floor(agoMs / minuteMs), 'minute');
  }
  const day = formatOf(clock, { dateStyle: 'short' });
  if (day.format(at) === day.format(nowMs)) return formatOf(clock, { hour: '2-digit', minute: '2-digit' }).format(at);
  return shortTime(clock, at);
}
