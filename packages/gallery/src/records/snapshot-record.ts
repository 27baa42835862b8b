import type { Box } from '@watchpost/shared/geometry';
import type { UploadProgress } from '@watchpost/shared/chat/chat';
import type { SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';

/** One face of a snapshot and what was decided about it. */
export interface RecordedFace {
  box: Box;
  /** 0..1, see docs/seeing.md. */
  quality: number;
  /** `match`: a named or known person. `uncertain`: never posted as a name. `unknown`: a stranger. `unrecognisable`: too small or too blurred to say. */
  decision: 'match' | 'uncertain' | 'unknown' | 'unrecognisable';
  personId: string | null;
  /** Cosine to the person's best reference; null where nothing was compared. */
  similarity: number | null;
}

/** What became of a snapshot; grows step by step so that a retry goes on where the last try stopped. */
export interface SnapshotRecord {
  snapshotId: string;
  job: SnapshotJob;
  /** Counts the writes; a write states which one it builds on. */
  revision: number;
  state: 'received' | 'recognised' | 'posted' | 'nothing-to-post' | 'nothing-new' | 'failed';
  /** SHA-256 of the bytes, hex. */
  sha256: string | null;
  /** What the frame looked like, to tell a frame with nothing new in it; see apps/worker/src/see. */
  fingerprint: Uint8Array | null;
  /** The earlier snapshot that this one repeats. */
  sameAs: string | null;
  width: number | null;
  height: number | null;
  faces: RecordedFace[] | null;
  upload: UploadProgress | null;
  error: { code: string; message: string } | null;
  updatedAtMs: number;
}

/** The records of all snapshots. Old ones go by themselves (30 days). */
export interface SnapshotRecords {
  /** The record of this job, made at the first call (`revision` 1). */
  open(job: SnapshotJob, signal: AbortSignal): Promise<SnapshotRecord>;
  get(snapshotId: string, signal: AbortSignal): Promise<SnapshotRecord | null>;
  /** Stores `record` if nobody else wrote since it was read; returns it with its new revision, or rejects with `record-conflict`. */
  save(record: SnapshotRecord, signal: AbortSignal): Promise<SnapshotRecord>;
  /** Removes the fingerprints of snapshots taken before `beforeMs`: they are large, and only the newest are compared with. */
  forgetFrames(beforeMs: number, signal: AbortSignal): Promise<void>;
  /** The newest `limit` records of one channel and camera that were looked at (have a sha256), newest first. */
  recent(source: { channel: string; camera: string | null }, limit: number, signal: AbortSignal): Promise<SnapshotRecord[]>;
}
