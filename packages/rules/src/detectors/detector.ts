import type { Breathe } from '../breathing.ts';
import type { Span } from '../reading/span.ts';

/** Finds one kind of thing in a text. Time is linear in its length; a match is at most some thousand characters long. */
export interface Detector {
  find(text: string, breathe: Breathe): Promise<Span[]>;
}
