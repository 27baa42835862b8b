import type { PlaceName } from '../export/places.ts';

/** Somebody who is forgotten, as they can still be found. */
export interface Subject {
  /** The person's, and those of everybody who was merged into it. */
  personIds: readonly string[];
  /** Every face that shows them, whoever learnt from it. */
  faceIds: readonly string[];
  /** What they were called, as long as the database knows. */
  names: readonly string[];
}

/** Where something of a person may be, with how it is erased there. */
export interface Place {
  /** How much there is of them, by what a receipt calls it. */
  count(subject: Subject, signal: AbortSignal): Promise<Readonly<Partial<Record<PlaceName, number>>>>;
  /** Erases it, or a part of it; called again until nothing is left. Absent: what the gallery's eraser erases. */
  erase?: (subject: Subject, signal: AbortSignal) => Promise<void>;
  /** Why something may be left for a while, in words. */
  waitsFor: string;
}
