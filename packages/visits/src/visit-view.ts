import type { FaceRef } from './visit.ts';

/**
 * How sure a name is, from what all snapshots together say. `said`: a reader said so. `sure`: hardly one stranger in 10,000 is so alike to
 * anybody in the gallery. `very likely`: it is a match as the settings want it. `likely`: it is one at a risk that the settings accept.
 */
export type Sureness = 'said' | 'sure' | 'very likely' | 'likely';

/** Somebody in a visit: all faces that are known to be the same person's. */
export interface Visitor {
  /** In the post and on its picture. */
  number: number;
  /** `uncertain`: nobody's name is sure enough to be said. */
  standing: 'named' | 'unknown' | 'ignored' | 'uncertain';
  /** Null while uncertain. */
  person: { id: string; name: string } | null;
  /** Whom an uncertain face, or an unknown, could be: the likeliest. Asked in words only. Null: nobody in particular. */
  could: { id: string; name: string } | null;
  /** Two names were found for this face, each in another snapshot. */
  contradictory: boolean;
  /** How alike to that person's nearest reference, at best: cosine. Null: nothing was compared, or a reader said who it is. */
  similarity: number | null;
  /** Null while uncertain, and for a new unknown. */
  sureness: Sureness | null;
  /** An unknown who was never seen before this visit. */
  isNew: boolean;
  /** A reader said so: an actor's id. */
  saidBy: string | null;
  /** Every face of it, by when it was taken. */
  faces: readonly FaceRef[];
  /** Of these the largest and clearest. */
  best: FaceRef;
  /** Of its largest face. */
  sizePx: number;
}

/** Who was there, as the gallery says at this moment. */
export interface VisitView {
  /** By number. */
  visitors: readonly Visitor[];
  /** Faces that nobody can tell apart, in the snapshot with most of them: too small, and too unclear. */
  tooFar: number;
  tooUnclear: number;
  fromMs: number;
  toMs: number;
  /** How many snapshots it is made of. */
  snapshots: number;
  /** The snapshot that shows most of the visitors, clearest. Null: no snapshot has a face that is still known. */
  bestSnapshotId: string | null;
}
