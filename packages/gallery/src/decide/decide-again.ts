import type { Evidence } from '../evidence.ts';
import { nameKey } from '../names.ts';
import type { RiskSettings } from './yardstick.ts';

/** `person`: it would be the best person. `stranger`: nobody was similar enough. */
export type DecidedAgain = 'person' | 'uncertain' | 'stranger';

/** What is tried. */
export interface WhatIf extends Pick<RiskSettings, 'strangersNamed' | 'strangersUncertain' | 'leastComparisons' | 'rivalRatio'> {
  /** Persons in the gallery, each with as many references as then; null: as many as then. */
  persons: number | null;
}

/**
 * What the rules of `decide` would make of this evidence with another risk, or in a gallery of another size; null where it has no rates,
 * because the first rules made it. `mayBeSame`: the best and the second person may be one (two unknowns, two of one name) and do not
 * contest each other. Only one face is judged: that another face of the picture showed
 * the same person more clearly, that the face was too poor to be recognised, or that a third person was near, is not in the evidence. Pure.
 */
export function decideAgain({ best, second, compared }: Evidence, whatIf: WhatIf, mayBeSame: boolean): DecidedAgain | null {
  if (!compared || best?.falseMatchRate === null || best?.likelihoodRatio === null) return null;
  if (!best) return 'stranger';
  const comparisons = comparisonsIn(compared, whatIf);
  const isNear = (rate: number): boolean => comparisons * rate <= whatIf.strangersUncertain;
  if (!isNear(best.falseMatchRate)) return 'stranger';
  const isContested =
    second !== null &&
    isNear(second.falseMatchRate ?? 1) &&
    best.likelihoodRatio < whatIf.rivalRatio * (second.likelihoodRatio ?? 0) &&
    !mayBeSame;
  return comparisons * best.falseMatchRate > whatIf.strangersNamed || isContested ? 'uncertain' : 'person';
}

/** With as many persons as is tried: the comparisons grow as they do, because each has as many references. */
export function comparisonsIn(
  { persons, comparisons }: NonNullable<Evidence['compared']>,
  { persons: tried, leastComparisons }: Pick<WhatIf, 'persons' | 'leastComparisons'>,
): number {
  const each = persons > 0 ? comparisons / persons : 1;
  return Math.max(leastComparisons, tried === null ? comparisons : tried * each);
}

/**
 * Whether the best and the second person of some evidence may be one, going by what they are called now: two unknowns, or two of one name.
 * Only an unknown can be called "Unknown" and a number. Null: that person is gone.
 */
export function namesMayBeSame(best: string | null, second: string | null): boolean {
  if (best === null || second === null) return false;
  return nameKey(best) === nameKey(second) || [best, second].every((name) => /^Unknown \d+$/.test(name));
}
