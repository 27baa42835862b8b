import type { DailyHours } from './camera-settings.ts';

/** "8:00" or "22:30" in minutes since midnight; "24:00" is the end of the day. Null: it is no time of day. */
export function parseTimeOfDay(text: string): number | null {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/.exec(text.trim()) ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && minute <= 24 * 60 ? minute : null;
}

/** "22:00-06:00"; null: it is no such stretch, or an empty one. */
export function parseDailyHours(text: string): DailyHours | null {
  const [from, to, ...more] = text.split(/[-–]/).map((part) => parseTimeOfDay(part));
  if (from === undefined || to === undefined || from === null || to === null || more.length > 0 || from === to) return null;
  return from === 24 * 60 ? null : { fromMinute: from, toMinute: to };
}
