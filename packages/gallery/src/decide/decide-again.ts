import type { Evidence } from '../evidence.ts';

/** `person`: it would be the best person. `stranger`: nobody was similar enough. */
export type DecidedAgain = 'person' | 'uncertain' | 'stranger';

export interface OtherThresholds {
  match: number;
  uncertain: number;
  margin: number;
}

/**
 * What the rules of `decide` would make of this evidence with other thresholds. `mayBeSame`: the best and the second person may be one
 * (two unknowns, two of one name) and do not contest each other. Only one face is judged: that another face of the picture showed
 * the same person more clearly, that the face was too poor to be recognised, or that a third person was near, is not in the evidence. Pure.
 */
export function decideAgain({ best, second }: Evidence, { match, uncertain, margin }: OtherThresholds, mayBeSame: boolean): DecidedAgain {
  if (!best || best.similarity < uncertain) return 'stranger';
  const isContested = second !== null && second.similarity >= uncertain && best.similarity - second.similarity < margin && !mayBeSame;
  return best.similarity < match || isContested ? 'uncertain' : 'person';
}
