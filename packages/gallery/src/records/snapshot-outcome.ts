import { z } from 'zod';

/**
 * What came of a snapshot; each has exactly one in the end.
 *
 * - `faces`: somebody can be told apart. `too-small`, `blurred`: there are faces, but nobody can: by their size, or by anything else.
 * - `none`: no face. `too-dark`: neither, and the frame is so dark that there may be some. `masked`: only in parts that are masked.
 * - `same-as-before`: another snapshot of the camera shows the same. `skipped`: it was too old while too many waited.
 * - `not-an-image`: the file cannot be decoded. `failed`: anything else; the record's error says what.
 */
export const snapshotOutcomeSchema = z.enum([
  'faces',
  'none',
  'too-small',
  'blurred',
  'too-dark',
  'masked',
  'not-an-image',
  'same-as-before',
  'skipped',
  'failed',
]);
export type SnapshotOutcome = z.infer<typeof snapshotOutcomeSchema>;

/** How many snapshots of one camera came to one outcome. */
export interface OutcomeCount {
  channel: string;
  camera: string | null;
  outcome: SnapshotOutcome;
  snapshots: number;
}

/** `fromMs` up to, but without, `toMs`: when the outcome was written, by the clock of the worker that wrote it. Milliseconds since 1970. */
export interface OutcomeRange {
  fromMs: number;
  toMs: number;
}
