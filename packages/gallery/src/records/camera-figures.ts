import type { Box } from '@watchpost/shared/geometry';
import type { OutcomeCount, OutcomeRange, SnapshotOutcome } from './snapshot-outcome.ts';

/** Where snapshots come from. `camera` null: the channel's own, without a camera's name. */
export interface CameraName {
  channel: string;
  camera: string | null;
}

/** How many snapshots of a camera came to one outcome in one stretch of time: `slot` counts the stretches from the first, 0. */
export interface TimedOutcomeCount extends OutcomeCount {
  slot: number;
}

/** A snapshot that was looked at. Times in milliseconds since 1970. */
export interface LatestSnapshot extends CameraName {
  snapshotId: string;
  takenAtMs: number;
  outcome: SnapshotOutcome | null;
  outcomeAtMs: number | null;
}

/** The faces that were looked at in one snapshot. Boxes in pixels of the picture. */
export interface MeasuredSnapshot {
  snapshotId: string;
  width: number | null;
  height: number | null;
  faces: { box: Box; sizePx: number | null }[];
}

/** What the records of snapshots tell of cameras. Methods reject with `gallery-unavailable` when the database does not answer. */
export interface CameraFigures {
  /** The cameras of which snapshots that were looked at are kept, at most `limit`, by channel and name. */
  cameras(limit: number, signal: AbortSignal): Promise<CameraName[]>;
  /** The outcomes of a time in stretches of `everyMs`, those that have none left out. In no particular order. */
  byTime(range: OutcomeRange & { everyMs: number }, signal: AbortSignal): Promise<TimedOutcomeCount[]>;
  /** The newest `each` snapshots of each of these cameras that were looked at, newest first. One query. */
  latest(cameras: readonly CameraName[], each: number, signal: AbortSignal): Promise<LatestSnapshot[]>;
  /** The faces in the newest snapshots of a camera that had some, newest first. */
  faces(camera: CameraName, snapshots: number, signal: AbortSignal): Promise<MeasuredSnapshot[]>;
}
