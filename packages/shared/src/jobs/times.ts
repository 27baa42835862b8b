import { Cron } from 'croner';

/** When something happens again and again. */
export interface Times {
  /** A cron pattern of five or six fields, or `every 600000`: each time that so many milliseconds have passed since 1970. */
  pattern: string;
  /** Of a cron pattern: `Europe/Zurich`. */
  timeZone: string;
}

const everyPattern = /^every (\d{1,12})$/;

/** The pattern of an interval, milliseconds. */
export const everyMs = (ms: number): string => `every ${String(ms)}`;

const intervalOf = (pattern: string): number | null => {
  const [, ms] = everyPattern.exec(pattern) ?? [];
  return ms === undefined ? null : Number(ms);
};

const cronOf = ({ pattern, timeZone }: Times): Cron => new Cron(pattern, { timezone: timeZone, paused: true });

/** The first time after this one, milliseconds since 1970; null: it never comes. Throws what is wrong with a pattern that is none. */
export function nextTime(times: Times, afterMs: number): number | null {
  const interval = intervalOf(times.pattern);
  if (interval !== null) return (Math.floor(afterMs / interval) + 1) * interval;
  return cronOf(times).nextRun(new Date(afterMs))?.getTime() ?? null;
}

/** The last time at or before this one, milliseconds since 1970; null: there was none. Throws as nextTime. */
export function timeBefore(times: Times, atMs: number): number | null {
  const interval = intervalOf(times.pattern);
  if (interval !== null) return Math.floor(atMs / interval) * interval;
  // Croner looks before a whole second, and not at it.
  const [before] = cronOf(times).previousRuns(1, new Date(Math.floor(atMs / 1_000) * 1_000 + 1_000));
  return before?.getTime() ?? null;
}
