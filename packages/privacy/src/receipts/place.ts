import type { PlaceName } from '../export/places.ts';

/** Somebody who is forgotten, as they can still be found. */
export interface Subject {
  /** The person's, and those of everybody who was merged into it. */
  personIds: readonly string[];
  /** Every face that shows them, whoever learnt from it. */
  faceIds: readonly string[];
  /** What they were ever called, as far as the database knew when they were forgotten; without what somebody else is called now. */
  names: readonly string[];
  /** For how long the wish has been due, milliseconds; negative: it can still be undone. */
  dueForMs: number;
}

/** What is left in a place, and why; of a number the place's `waitsFor` says why. */
export type Left = number | { left: number; why: string | null };

/** Where something of a person may be, with how it is erased there. What rejects is tried again, and holds up no other place. */
export interface Place {
  /** All that `count` may tell of: what a receipt calls it. */
  what: readonly PlaceName[];
  /** How much there is of them, by what a receipt calls it. */
  count(subject: Subject, signal: AbortSignal): Promise<Readonly<Partial<Record<PlaceName, Left>>>>;
  /** Erases it, or a part of it; called again until nothing is left. Absent: what the gallery's eraser erases. */
  erase?: (subject: Subject, signal: AbortSignal) => Promise<void>;
  /** It finds by what they were called, too. Once nothing is left there, and a minute later neither, their names are needed no more. */
  byName?: true;
  /** Why something may be left for a while, in words. */
  waitsFor: string;
}
