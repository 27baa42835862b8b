import type { SightingItem } from '../../../src/api/people/schema.ts';

/** Sightings by one camera, close together: what people call a visit. */
export interface SeenVisit {
  camera: string | null;
  channel: string;
  fromMs: number;
  toMs: number;
  /** The newest first. */
  sightings: SightingItem[];
}

/** The visits of one day of the viewer's. */
export interface SeenDay {
  /** `2026-11-23`, in the viewer's zone. */
  day: string;
  visits: SeenVisit[];
}

/** Two sightings further apart are two visits, milliseconds. */
const apartMs = 10 * 60_000;

/** The days and visits of sightings, the newest first as they come. Pure but for the zone. */
export function visitsByDay(sightings: readonly SightingItem[]): SeenDay[] {
  const days: SeenDay[] = [];
  for (const sighting of sightings) {
    const day = dayOf(sighting.takenAtMs);
    let last = days.at(-1);
    if (last?.day !== day) {
      last = { day, visits: [] };
      days.push(last);
    }
    const open = last.visits.find((visit) => visit.camera === sighting.camera && visit.channel === sighting.channel);
    const isSame = open && open.fromMs - sighting.takenAtMs <= apartMs;
    if (isSame) {
      open.fromMs = sighting.takenAtMs;
      open.sightings.push(sighting);
    } else {
      const { camera, channel, takenAtMs } = sighting;
      // Later ones of the camera belong to this visit.
      last.visits.unshift({ camera, channel, fromMs: takenAtMs, toMs: takenAtMs, sightings: [sighting] });
    }
  }
  for (const { visits } of days) visits.sort((a, b) => b.toMs - a.toMs);
  return days;
}

function dayOf(atMs: number): string {
  const at = new Date(atMs);
  return [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-');
}
