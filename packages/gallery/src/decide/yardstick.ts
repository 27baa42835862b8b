import type { Calibration, Comparison, GallerySize } from './calibration.ts';

/** How many mistakes a decision may risk. docs/gallery.md says where the defaults come from. */
export interface RiskSettings {
  calibration: Calibration;
  /** Of strangers' faces: the share that may be taken for somebody in the gallery, however large it is. */
  strangersNamed: number;
  /** Of strangers' faces: the share that may be uncertain. */
  strangersUncertain: number;
  /** Smaller galleries are judged like one of so many persons: relatives and friends resemble each other. */
  leastComparisons: number;
  /** A person contests another one who is not so many times likelier. */
  rivalRatio: number;
  /** A face becomes a reference if a stranger's is so many times less often so similar than a match needs. */
  referenceRarity: number;
}

export const defaultRiskSettings: Omit<RiskSettings, 'calibration'> = {
  strangersNamed: 0.001,
  strangersUncertain: 0.05,
  leastComparisons: 100,
  rivalRatio: 10,
  referenceRarity: 10,
};

/** A person's similarity to a face, and the size of the reference that it is to. */
export interface Likeness {
  similarity: number;
  referenceSizePx: number;
}

/** The similarities that decide, at the sizes of a face and a reference. */
export interface Lines {
  match: number;
  uncertain: number;
  /** How much more similar the best person must be than a rival. */
  margin: number;
}

/** What the similarities of one face mean in a gallery of some size. */
export interface Yardstick {
  /** The expected number of persons in the gallery to whom a stranger's face is so similar. */
  strangersAlike: (likeness: Likeness) => number;
  isMatch: (likeness: Likeness) => boolean;
  /** Whether the face may be the person: also where it is. */
  isNear: (likeness: Likeness) => boolean;
  /** Whether it is so surely the person that the face can be a reference. */
  isSure: (likeness: Likeness) => boolean;
  /** Whether the other one may be the person as well as the best. */
  contests: (best: Likeness, other: Likeness) => boolean;
  linesAt: (referenceSizePx: number) => Lines;
  falseMatchRate: (likeness: Likeness) => number;
  likelihoodRatio: (likeness: Likeness) => number;
}

/** `faces`: of how many faces of one person the similarities are the mean. Pure. */
export function createYardstick(
  risk: RiskSettings,
  size: GallerySize,
  { probeSizePx, faces = 1 }: Pick<Comparison, 'probeSizePx' | 'faces'>,
): Yardstick {
  const { calibration, strangersNamed, strangersUncertain, rivalRatio } = risk;
  const comparisons = Math.max(risk.leastComparisons, calibration.comparisons(size));
  const of = ({ similarity, referenceSizePx }: Likeness): Comparison => ({ similarity, probeSizePx, referenceSizePx, faces });
  const strangersAlike = (likeness: Likeness): number => comparisons * calibration.falseMatchRate(of(likeness));
  const likelihoodRatio = (likeness: Likeness): number => calibration.likelihoodRatio(of(likeness));
  const isNear = (likeness: Likeness): boolean => strangersAlike(likeness) <= strangersUncertain;
  return {
    strangersAlike,
    isMatch: (likeness) => strangersAlike(likeness) <= strangersNamed,
    isNear,
    isSure: (likeness) => strangersAlike(likeness) * risk.referenceRarity <= strangersNamed,
    contests: (best, other) => isNear(other) && likelihoodRatio(best) < rivalRatio * likelihoodRatio(other),
    linesAt: (referenceSizePx) => {
      const sizes = { probeSizePx, referenceSizePx, faces };
      return {
        match: calibration.similarityAt(strangersNamed / comparisons, sizes),
        uncertain: calibration.similarityAt(strangersUncertain / comparisons, sizes),
        margin: calibration.marginAt(rivalRatio, sizes),
      };
    },
    falseMatchRate: (likeness) => calibration.falseMatchRate(of(likeness)),
    likelihoodRatio,
  };
}
