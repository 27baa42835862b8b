import type { Sighting, SnapshotSightings } from '../domain.ts';

/** A face as it was decided about, without its vector. */
export type JudgedFace = Pick<
  Sighting,
  'box' | 'decision' | 'personId' | 'similarity' | 'faceId' | 'quality' | 'sizePx' | 'saidBy' | 'evidence'
>;

/** The faces of one snapshot as they were decided about, in the order of their positions. */
export interface JudgedSnapshot extends Omit<SnapshotSightings, 'faces'> {
  faces: JudgedFace[];
}

/** Which snapshots. All conditions hold together. */
export interface HistoryRange {
  /** Of this channel. */
  channel?: string;
  /** Of this camera of the channel; null: of the channel without one. */
  camera?: string | null;
  /** Taken then or later, milliseconds since 1970. */
  fromMs?: number;
}

/** Decisions of the past, for looking back over many. Rejects with `gallery-unavailable` when the database does not answer. */
export interface SightingHistory {
  /** The newest snapshots of a range that had faces, newest first (of one moment: by id, descending). `after`: those that follow this one. */
  newest(
    range: HistoryRange,
    limit: number,
    signal: AbortSignal,
    after?: Pick<SnapshotSightings, 'takenAtMs' | 'snapshotId'>,
  ): Promise<JudgedSnapshot[]>;
}
