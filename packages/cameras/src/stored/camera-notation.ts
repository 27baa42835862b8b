import type { CameraSet, WrittenCameraSet } from '../cameras-file.ts';
import type { DailyHours } from '../camera-settings.ts';

/** `90s`, `10m`, `2h`: the longest unit without a rest. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  if (seconds > 0 && seconds % 3_600 === 0) return `${String(seconds / 3_600)}h`;
  return seconds > 0 && seconds % 60 === 0 ? `${String(seconds / 60)}m` : `${String(seconds)}s`;
}

/** `22:00-06:00`, or `off`. */
export function hoursText(hours: DailyHours | null): string {
  return hours === null ? 'off' : `${clock(hours.fromMinute)}-${clock(hours.toMinute)}`;
}

const clock = (minute: number): string => `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
const two = (number: number): string => String(number).padStart(2, '0');

/** Settings as people write them: the inverse of reading them. Pure. */
export function writtenSet({
  strangersNamedOneIn,
  smallestFacePx,
  policy,
  quietHours,
  visit,
  cooldown,
  masks,
}: CameraSet): WrittenCameraSet {
  return {
    ...(strangersNamedOneIn !== undefined && { strangersNamedOneIn }),
    ...(smallestFacePx !== undefined && { smallestFacePx }),
    ...(policy && Object.keys(policy).length > 0 && { policy }),
    ...(quietHours !== undefined && { quietHours: hoursText(quietHours) }),
    ...(visit && {
      visit: {
        ...(visit.window !== undefined && { window: durationText(visit.window) }),
        ...(visit.longest !== undefined && { longest: durationText(visit.longest) }),
      },
    }),
    ...(cooldown !== undefined && { cooldown: durationText(cooldown) }),
    ...(masks && { masks }),
  };
}
