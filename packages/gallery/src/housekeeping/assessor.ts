import type { GallerySize } from '../decide/calibration.ts';
import { createYardstick, type RiskSettings, type Yardstick } from '../decide/yardstick.ts';

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

/** By what the similarities of this gallery's embeddings mean, in a gallery as large as it is at the time. */
export function assessByCalibration(risk: RiskSettings, size: () => GallerySize): Assessor {
  const at = ({ probeSizePx, faces }: Pick<MeanComparison, 'probeSizePx' | 'faces'>): Yardstick =>
    createYardstick(risk, size(), { probeSizePx, faces });
  return {
    verdict: (comparison) => {
      const { isMatch, isNear } = at(comparison);
      if (isMatch(comparison)) return 'same';
      return isNear(comparison) ? 'perhaps' : 'different';
    },
    likelihood: (comparison) => at(comparison).likelihoodRatio(comparison),
    contests: (best, other) =>
      at(other).isNear(other) && at(best).likelihoodRatio(best) < risk.rivalRatio * at(other).likelihoodRatio(other),
    least: (sizePx) => at({ probeSizePx: sizePx, faces: 1 }).linesAt(sizePx).uncertain,
  };
}
