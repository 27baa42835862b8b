import type { DecisionSettings } from '../decide/decide.ts';
import { thresholdsAt } from '../decide/thresholds.ts';

/** Several faces of one person compared with one face of another. */
export interface MeanComparison {
  /** The mean of their cosines. */
  similarity: number;
  /** How many faces it is the mean of, each from another picture. */
  faces: number;
  /** Their mean size. */
  probeSizePx: number;
  /** The size of the one face. */
  referenceSizePx: number;
}

/** Judges by the same measure as decisions about single faces. */
export interface Assessor {
  /** `same`: as sure as a match. `perhaps`: as an uncertain face. */
  verdict(comparison: MeanComparison): 'same' | 'perhaps' | 'different';
  /** Higher where it is likelier that they are one person. */
  likelihood(comparison: MeanComparison): number;
  /** Whether somebody else is so similar, too, that it is not clear whose the faces are. */
  contests(best: MeanComparison, other: MeanComparison): boolean;
  /** Below this similarity a single face of this size is a stranger's. */
  least(sizePx: number): number;
}

/**
 * By the thresholds of decisions. The mean of several faces varies less than a single similarity, so to ask as much of it errs on the
 * safe side.
 */
export function assessByThresholds({ thresholds, margin }: Pick<DecisionSettings, 'thresholds' | 'margin'>): Assessor {
  const at = ({ probeSizePx, referenceSizePx }: MeanComparison) => thresholdsAt(Math.min(probeSizePx, referenceSizePx), thresholds);
  return {
    verdict: (comparison) => {
      const { match, uncertain } = at(comparison);
      if (comparison.similarity >= match) return 'same';
      return comparison.similarity >= uncertain ? 'perhaps' : 'different';
    },
    likelihood: (comparison) => comparison.similarity - at(comparison).match,
    contests: (best, other) => other.similarity >= at(other).uncertain && best.similarity - other.similarity < margin,
    least: (sizePx) => thresholdsAt(sizePx, thresholds).uncertain,
  };
}
