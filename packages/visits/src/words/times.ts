import type { RichText, TextRun } from '@watchpost/shared/chat/rich-text';
import { clockOf, dateOf } from '../daily-hours.ts';

/** A moment as the platform shows it in the reader's zone, or else the clock of the cameras' zone. */
export function timeRun(atMs: number, timeZone: string): TextRun {
  return { text: clockOf(atMs, timeZone), time: { atMs, format: 'time' } };
}

export function dateRun(atMs: number, timeZone: string): TextRun {
  return { text: dateOf(atMs, timeZone), time: { atMs, format: 'date' } };
}

/** `14:02–14:05`, or one time where both read alike. */
export function timesRun(fromMs: number, toMs: number, timeZone: string): RichText {
  const [from, to] = [timeRun(fromMs, timeZone), timeRun(toMs, timeZone)];
  return from.text === to.text && dateOf(fromMs, timeZone) === dateOf(toMs, timeZone) ? [from] : [from, { text: '–' }, to];
}
