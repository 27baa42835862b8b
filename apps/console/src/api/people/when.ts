import type { SeenCounts } from '@watchpost/gallery/store';
import { AppError } from '@watchpost/shared/errors';
import type { When } from './schema.ts';

const hourMs = 3_600_000;
const quarterMs = hourMs / 4;
const dayMs = 24 * hourMs;

interface Range {
  zone: string;
  nowMs: number;
  /** How long sightings are kept. */
  keepMs: number;
}

/** When somebody was seen, by hours and days of the viewer's zone, and where. Throws `request-malformed` for a zone that there is not. Pure. */
export function whenSeen({ quarters, cameras }: SeenCounts, { zone, nowMs, keepMs }: Range): When {
  const local = localTimeOf(zone);
  const hours = Array.from({ length: 24 }, () => 0);
  const days = new Map(daysUpTo(local, nowMs, Math.round(keepMs / dayMs)).map((day) => [day, 0]));
  let total = 0;
  for (const { atMs, snapshots } of quarters) {
    const { day, hour } = local(atMs);
    hours[hour] = (hours[hour] ?? 0) + snapshots;
    days.set(day, (days.get(day) ?? 0) + snapshots);
    total += snapshots;
  }
  const times = quarters.map(({ atMs }) => atMs);
  return {
    total,
    firstMs: times.length === 0 ? null : times.reduce((one, other) => Math.min(one, other)),
    lastMs: times.length === 0 ? null : times.reduce((one, other) => Math.max(one, other)),
    keptDays: Math.round(keepMs / dayMs),
    cameras: cameras.map(({ snapshots, ...camera }) => ({ ...camera, sightings: snapshots })).sort((a, b) => b.sightings - a.sightings),
    hours,
    days: [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, sightings]) => ({ day, sightings })),
  };
}

type LocalTime = (atMs: number) => { day: string; hour: number };

/** The day and the hour in a zone. Where a day begins and ends with the same offset, that is all day's; otherwise each quarter of an hour is asked for. */
function localTimeOf(zone: string): LocalTime {
  const format = formatOf(zone);
  const offsets = new Map<number, number>();
  const exactly = (atMs: number): number => {
    const known = offsets.get(atMs);
    if (known !== undefined) return known;
    const part = Object.fromEntries(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0 } = part;
    const offset = Date.UTC(year, month - 1, day, hour % 24, minute) - atMs;
    offsets.set(atMs, offset);
    return offset;
  };
  const offsetOf = (atMs: number): number => {
    const startMs = Math.floor(atMs / dayMs) * dayMs;
    const offset = exactly(startMs);
    return offset === exactly(startMs + dayMs) ? offset : exactly(Math.floor(atMs / quarterMs) * quarterMs);
  };
  return (atMs) => {
    const shifted = new Date(atMs + offsetOf(atMs));
    return { day: shifted.toISOString().slice(0, 10), hour: shifted.getUTCHours() };
  };
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    });
  } catch (error) {
    throw new AppError('request-malformed', `there is no time zone ${zone}`, { cause: error });
  }
}

/** The last days, today's included: by noon, since some days have 23 hours or 25. */
function daysUpTo(local: LocalTime, nowMs: number, count: number): string[] {
  const noonMs = Date.parse(`${local(nowMs).day}T12:00:00Z`);
  return Array.from({ length: count }, (_, index) => new Date(noonMs - (count - 1 - index) * dayMs).toISOString().slice(0, 10));
}
