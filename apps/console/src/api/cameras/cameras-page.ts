import { adviceFor } from '@watchpost/gallery/records/camera-advice';
import type { CameraName, LatestSnapshot, TimedOutcomeCount } from '@watchpost/gallery/records/camera-figures';
import { placeText } from '../now/place.ts';
import type { CameraOfPage } from './schema.ts';

export const hoursShown = 24;

export interface CamerasFound {
  names: readonly CameraName[];
  counts: readonly TimedOutcomeCount[];
  latest: readonly LatestSnapshot[];
  /** How many settings the console has for a camera. */
  setAt: (name: CameraName) => number;
}

const keyOf = ({ channel, camera }: CameraName): string => JSON.stringify([channel, camera]);

function grouped<T extends CameraName>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const group = groups.get(keyOf(each));
    if (group) group.push(each);
    else groups.set(keyOf(each), [each]);
  }
  return groups;
}

/** The cameras with their last day, those with most snapshots first. Pure. */
export function toCameras({ names, counts, latest, setAt }: CamerasFound): CameraOfPage[] {
  const countsBy = grouped(counts);
  const latestBy = grouped(latest);
  // What was skipped, or failed, was never looked at: its camera is known from the counts only.
  const all = new Map([...names, ...counts].map(({ channel, camera }) => [keyOf({ channel, camera }), { channel, camera }]));
  return [...all]
    .map(([key, name]) => toCamera(name, countsBy.get(key) ?? [], latestBy.get(key) ?? [], setAt(name)))
    .toSorted((a, b) => b.total - a.total || (a.camera ?? a.channel).localeCompare(b.camera ?? b.channel));
}

function toCamera(name: CameraName, counts: readonly TimedOutcomeCount[], latest: readonly LatestSnapshot[], set: number): CameraOfPage {
  const hours = Array.from({ length: hoursShown }, () => 0);
  const outcomes: Record<string, number> = {};
  for (const { slot, outcome, snapshots } of counts) {
    hours[slot] = (hours[slot] ?? 0) + snapshots;
    outcomes[outcome] = (outcomes[outcome] ?? 0) + snapshots;
  }
  const [last] = latest;
  return {
    channel: name.channel,
    camera: name.camera,
    place: placeText(name),
    hours,
    outcomes,
    total: hours.reduce((sum, each) => sum + each, 0),
    last: last ? { snapshotId: last.snapshotId, takenAtMs: last.takenAtMs, outcome: last.outcome } : null,
    latency: latencyOf(latest),
    advice: adviceFor(counts),
    set,
  };
}

function latencyOf(latest: readonly LatestSnapshot[]): CameraOfPage['latency'] {
  const took = latest
    .flatMap(({ takenAtMs, outcomeAtMs }) => (outcomeAtMs === null ? [] : [Math.max(0, outcomeAtMs - takenAtMs)]))
    .toSorted((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(share * took.length))] ?? 0;
  return took.length === 0 ? null : { p50Ms: at(0.5), p95Ms: at(0.95), snapshots: took.length };
}
