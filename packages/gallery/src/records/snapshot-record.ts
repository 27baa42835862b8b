import { z } from 'zod';
import { uploadProgressSchema } from '@watchpost/shared/chat/chat';
import { snapshotJobSchema, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { boxSchema, faceDecisionSchema } from '../domain.ts';

const recordedFaceSchema = z.object({
  box: boxSchema,
  /** 0..1, see docs/seeing.md. */
  quality: z.number(),
  decision: faceDecisionSchema,
  personId: z.string().nullable(),
  /** Cosine to the person's nearest reference; null where nothing was compared. */
  similarity: z.number().nullable(),
});
/** One face of a snapshot and the decision about it. */
export type RecordedFace = z.infer<typeof recordedFaceSchema>;

/** The part of a record that databases keep as one value; they have columns of their own only for what queries need. */
export const recordBodySchema = z.object({
  snapshotId: z.string(),
  job: snapshotJobSchema,
  /** Counts the writes; each write names the revision that it is based on. */
  revision: z.number().int(),
  state: z.enum(['received', 'recognised', 'posted', 'nothing-to-post', 'nothing-new', 'failed']),
  /** SHA-256 of the bytes, hex. */
  sha256: z.string().nullable(),
  /** The earlier snapshot that this one repeats. */
  sameAs: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  faces: z.array(recordedFaceSchema).nullable(),
  upload: uploadProgressSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  updatedAtMs: z.number(),
});

/** The progress of one snapshot, written after each step so that a retry continues where the last attempt stopped. */
export type SnapshotRecord = z.infer<typeof recordBodySchema> & {
  /** Compared with later frames, to skip those that show nothing new. */
  fingerprint: Uint8Array | null;
};

/** How long fingerprints are kept, and the longest `SAME_FRAME_WINDOW_MS`: older frames are compared with no new one. Milliseconds. */
export const fingerprintsKeepMs = 3_600_000;

/** The records of all snapshots. They expire after 30 days. */
export interface SnapshotRecords {
  /** The record of this job, created by the first call (`revision` 1). */
  open(job: SnapshotJob, signal: AbortSignal): Promise<SnapshotRecord>;
  get(snapshotId: string, signal: AbortSignal): Promise<SnapshotRecord | null>;
  /** Stores `record` unless another writer did since it was read; returns it with its new revision, or rejects with `record-conflict`. */
  save(record: SnapshotRecord, signal: AbortSignal): Promise<SnapshotRecord>;
  /** Removes the fingerprints of snapshots taken before `beforeMs`: they are large, and only recent ones are compared with. */
  forgetFrames(beforeMs: number, signal: AbortSignal): Promise<void>;
  /** The newest `limit` records of one channel and camera that have a sha256, newest first. */
  recent(source: { channel: string; camera: string | null }, limit: number, signal: AbortSignal): Promise<SnapshotRecord[]>;
}
