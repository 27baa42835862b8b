import { z } from 'zod';
import { snapshotJobSchema, type SnapshotJob } from '@watchpost/shared/jobs/snapshot-job';
import { boxSchema, faceDecisionSchema } from '../domain.ts';
import { galleryPositionSchema } from '../position.ts';
import { snapshotOutcomeSchema, type OutcomeCount, type OutcomeRange } from './snapshot-outcome.ts';

const recordedFaceSchema = z.object({
  box: boxSchema,
  /** 0..1, see docs/seeing.md. */
  quality: z.number(),
  /** See SeenFace.sizePx; absent in records of earlier releases. */
  sizePx: z.number().exactOptional(),
  decision: faceDecisionSchema,
  personId: z.string().nullable(),
  /** Cosine to the person's nearest reference; null where nothing was compared. */
  similarity: z.number().nullable(),
});
/** One face of a snapshot and the decision about it. */
export type RecordedFace = z.infer<typeof recordedFaceSchema>;

/**
 * How far a release that posted each snapshot got with its post. `uploaded`: the platform has the picture. `sharing`: it was asked for the
 * post, and the outcome is not known. `shared`: it is in the channel.
 */
const ownPostSchema = z.object({
  state: z.enum(['uploaded', 'sharing', 'shared']),
  fileId: z.string(),
  askedAtMs: z.number().int().exactOptional(),
  messageId: z.string().exactOptional(),
});

/** The part of a record that databases keep as one value; they have columns of their own only for what queries need. */
export const recordBodySchema = z.object({
  snapshotId: z.string(),
  job: snapshotJobSchema,
  /** Counts the writes; each write names the revision that it is based on. */
  revision: z.number().int(),
  state: z.enum(['received', 'recognised', 'posted', 'nothing-to-post', 'nothing-new', 'skipped', 'failed']),
  /** Null while it is being worked on, and in records of earlier releases. */
  outcome: snapshotOutcomeSchema.nullable().default(null),
  /** When it came to this outcome, milliseconds since 1970. */
  outcomeAtMs: z.number().nullable().default(null),
  /** SHA-256 of the bytes, hex. */
  sha256: z.string().nullable(),
  /** The earlier snapshot that this one repeats. */
  sameAs: z.string().nullable(),
  width: z.number().nullable(),
  height: z.number().nullable(),
  faces: z.array(recordedFaceSchema).nullable(),
  /** Up to where the gallery was known when the faces were decided; null for records of earlier releases. */
  galleryPosition: galleryPositionSchema.nullable().default(null),
  /** While it is `received`: whether it is being looked at, or waits for another frame that may show the same. */
  look: z.enum(['looking', 'waiting']).nullable().default(null),
  upload: ownPostSchema.nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  updatedAtMs: z.number(),
});

/** The progress of one snapshot, written after each step so that a retry continues where the last attempt stopped. */
export type SnapshotRecord = z.infer<typeof recordBodySchema> & {
  /** Compared with later frames, to skip those that show nothing new. */
  fingerprint: Uint8Array | null;
};

/** A snapshot that another one may show the same as. */
export interface Frame {
  snapshotId: string;
  takenAtMs: number;
  fingerprint: Uint8Array;
  /** Null: its faces were recognised. Otherwise it is in progress. */
  look: SnapshotRecord['look'];
}

/** Which frames one is compared with. */
export interface FrameRange {
  channel: string;
  /** Null: of all cameras. */
  camera: string | null;
  /** Taken between these two, milliseconds since 1970. */
  fromMs: number;
  toMs: number;
}

/**
 * After so long without a write, a snapshot in progress holds up no other: its worker was killed, or its job waits in a long queue.
 * By the database's clock, milliseconds.
 */
export const inProgressMs = 180_000;
/** No more workers are busy at the same time. */
export const mostInProgress = 200;

/** How long fingerprints are kept, and the longest `SAME_FRAME_WINDOW_MS`: older frames are compared with no new one. Milliseconds. */
export const fingerprintsKeepMs = 3_600_000;

/** The records of all snapshots. They expire after 30 days. */
export interface SnapshotRecords {
  /** The record of this job, created by the first call (`revision` 1). */
  open(job: SnapshotJob, signal: AbortSignal): Promise<SnapshotRecord>;
  get(snapshotId: string, signal: AbortSignal): Promise<SnapshotRecord | null>;
  /** Stores `record` unless another writer did since it was read; returns it with its new revision, or rejects with `record-conflict`. */
  save(record: SnapshotRecord, signal: AbortSignal): Promise<SnapshotRecord>;
  /**
   * Removes the fingerprints of snapshots taken, and last written, before `beforeMs`: they are large, and only recent ones are compared
   * with. In a backlog those are frames taken long ago.
   */
  forgetFrames(beforeMs: number, signal: AbortSignal): Promise<void>;
  /**
   * The frames of a range: the newest `limit` of those whose faces were recognised, and those in progress. Neither those that only
   * repeated another one nor those that failed.
   */
  frames(range: FrameRange, limit: number, signal: AbortSignal): Promise<Frame[]>;
  /** How many snapshots came to which outcome in this time, by channel and camera, each counted once. In no particular order. */
  outcomes(range: OutcomeRange, signal: AbortSignal): Promise<OutcomeCount[]>;
  /** Those that say one of these persons was seen, in the order of their ids, after this id. */
  ofPersons(personIds: readonly string[], after: string, limit: number, signal: AbortSignal): Promise<SnapshotRecord[]>;
  /** When the newest snapshot of a channel was taken that was taken before `beforeMs`; null if there is none. */
  newest(channel: string, beforeMs: number, signal: AbortSignal): Promise<number | null>;
}
