import { setImmediate as breathe } from 'node:timers/promises';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import type { Frame, FrameRange, SnapshotRecords } from '@watchpost/gallery/records/snapshot-record';
import { sameFrameAs } from '@watchpost/see/picture/fingerprint';

/** `new`: to be looked at. `same`: an earlier snapshot shows the same. `wait`: one in progress does, and goes first. */
export type Comparison = { kind: 'new' } | { kind: 'same'; as: string } | { kind: 'wait'; for: string };

export interface CompareDeps {
  records: SnapshotRecords;
  /** How many frames of the camera to compare with; 0: none. */
  compareWith: number;
  /** Older snapshots are not compared with: a person who stays longer should be recognised again. Milliseconds. */
  compareWithinMs: number;
}

/** Where the camera is not known, a frame is compared with those of all cameras of its channel, which are many. */
const mostOfChannel = 200;
/** Unpacking a fingerprint takes some 0.1 ms, and jobs wait meanwhile. */
const atOnce = 20;

/** Compares a frame with those of its camera that were looked at or are in progress. */
export async function compare(
  { snapshotId, channel, camera, takenAtMs }: SnapshotJob,
  fingerprint: Uint8Array,
  { records, compareWith, compareWithinMs }: CompareDeps,
  signal: AbortSignal,
): Promise<Comparison> {
  const range: FrameRange = { channel, camera, fromMs: takenAtMs - compareWithinMs, toMs: takenAtMs + compareWithinMs };
  const frames = await records.frames(range, camera === null ? mostOfChannel : compareWith, signal);
  const isSame = sameFrameAs(fingerprint);
  const same: Frame[] = [];
  for (const [index, frame] of frames.entries()) {
    if (index % atOnce === atOnce - 1) await breathe();
    if (frame.snapshotId === snapshotId || !isSame(frame.fingerprint)) continue;
    // Only these count: along a chain of frames, each the same as the one before, a picture could drift away from the first.
    if (frame.look === null) return { kind: 'same', as: frame.snapshotId };
    same.push(frame);
  }
  return whoGoesFirst({ snapshotId, takenAtMs }, same);
}

/**
 * Of equal frames in progress one at a time is looked at. Each announces that it is being looked at before it reads the others, so of two
 * the later to read sees the other, and waits. Of those that wait, the earliest goes first. Pure.
 */
export function whoGoesFirst(mine: Pick<Frame, 'snapshotId' | 'takenAtMs'>, same: readonly Omit<Frame, 'fingerprint'>[]): Comparison {
  const first = same.find(({ look }) => look === 'looking') ?? same.find((other) => isBefore(other, mine));
  return first ? { kind: 'wait', for: first.snapshotId } : { kind: 'new' };
}

function isBefore(one: Pick<Frame, 'snapshotId' | 'takenAtMs'>, other: Pick<Frame, 'snapshotId' | 'takenAtMs'>): boolean {
  return one.takenAtMs === other.takenAtMs ? one.snapshotId < other.snapshotId : one.takenAtMs < other.takenAtMs;
}
