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
  leastComparisons: 30,
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

/** What is measured: a face, or with `faces` the mean of several of one person. `neighbours`: from `meanOfNeighbours`. */
export interface Measured extends Pick<Comparison, 'probeSizePx' | 'faces'> {
  neighbours?: number | null;
}

/** How many persons besides the best show how alike a face is to everybody. */
const neighbourCount = 5;
/** Of a stranger's face their mean similarity is expected to be that which so many persons reach: about the third nearest's. */
const neighboursRank = 3;
/** In a gallery of so many persons they show little, and of so many all that they can; in between evenly by the logarithm. */
const [fewPersons, manyPersons] = [30, 100];

/** The mean similarity of the persons nearest to a face after the best one, nearest first; null where they are too few to show anything. */
export function meanOfNeighbours(others: readonly Pick<Likeness, 'similarity'>[]): number | null {
  const neighbours = others.slice(0, neighbourCount);
  if (neighbours.length < neighbourCount) return null;
  return neighbours.reduce((sum, { similarity }) => sum + similarity, 0) / neighbourCount;
}

/**
 * Measures by the false match rate and the size of the gallery. Some faces resemble everybody, or everybody of their kind, more than others do: the
 * persons nearest after the best show it, and the best one's similarity is levelled by half of what theirs is above its expectation
 * (test normalisation, Auckenthaler, Carey and Lloyd-Thomas 2000, with the nearest of the gallery as the cohort). Pure.
 */
export function createYardstick(risk: RiskSettings, size: GallerySize, { probeSizePx, faces = 1, neighbours = null }: Measured): Yardstick {
  const { calibration, strangersNamed, strangersUncertain, rivalRatio } = risk;
  const real = calibration.comparisons(size);
  const comparisons = Math.max(risk.leastComparisons, real);
  const known = Math.log(Math.max(1, size.persons) / fewPersons) / Math.log(manyPersons / fewPersons);
  const levelled = neighbours === null || calibration.neighboursShare === 0 ? 0 : Math.min(1, Math.max(0, known));
  /** How much more than expected the face is like everybody. */
  const excess = (referenceSizePx: number): number =>
    levelled === 0 || neighbours === null
      ? 0
      : levelled *
        calibration.neighboursShare *
        (neighbours - calibration.similarityAt(neighboursRank / real, { probeSizePx, referenceSizePx, levelled: 1 }));
  const of = ({ similarity, referenceSizePx }: Likeness): Comparison => {
    return { similarity: similarity - excess(referenceSizePx), probeSizePx, referenceSizePx, faces, levelled };
  };
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
      const sizes = { probeSizePx, referenceSizePx, faces, levelled };
      const more = excess(referenceSizePx);
      return {
        match: calibration.similarityAt(strangersNamed / comparisons, sizes) + more,
        uncertain: calibration.similarityAt(strangersUncertain / comparisons, sizes) + more,
        margin: calibration.marginAt(rivalRatio, sizes),
      };
    },
    falseMatchRate: (likeness) => calibration.falseMatchRate(of(likeness)),
    likelihoodRatio,
  };
}
