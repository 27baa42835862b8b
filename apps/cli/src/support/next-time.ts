import { nextTime, type Times } from '@watchpost/shared/jobs/times';
import { shownTime } from '@watchpost/schedule/pick/wall-time';

/** When it is next, as its own clocks show it: `2026-11-22 07:00 (Europe/Zurich)`. */
export function toNextTime(times: Times): string {
  const atMs = nextTime(times, Date.now());
  return atMs === null ? 'never' : `${shownTime(atMs, times.timeZone)} (${times.timeZone})`;
}
