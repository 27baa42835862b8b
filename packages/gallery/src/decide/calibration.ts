import { meanAt, smallest, type CalibrationTable } from '@watchpost/shared/calibration-table';
import { upperQuantile, upperTail } from '@watchpost/shared/normal-distribution';

/** A similarity and what it is of. */
export interface Comparison {
  /** The cosine of two embeddings, or the mean of several. */
  similarity: number;
  /** Sizes as in `ProbeFace.sizePx`. */
  probeSizePx: number;
  referenceSizePx: number;
  /** Of how many faces of one person `similarity` is the mean; 1 by default. */
  faces?: number;
  /** How far the similarities to other persons were taken into account, 0 (not at all, the default) to 1: then strangers' vary less. */
  levelled?: number;
}

/** What similarities mean: how rare they are among strangers, and how much likelier among faces of one person. */
export interface Calibration {
  /** The chance that a stranger's face is at least as similar to one reference. Falls strictly with the similarity. */
  falseMatchRate(comparison: Comparison): number;
  /** The chance that two faces of one person are at most so similar. Rises strictly with the similarity. */
  falseNonMatchRate(comparison: Comparison): number;
  /** How much likelier such a similarity is of one person's faces than of two persons'. Rises strictly with the similarity. */
  likelihoodRatio(comparison: Comparison): number;
  /** The similarity at which the false match rate is `rate`: the inverse of `falseMatchRate`. */
  similarityAt(rate: number, sizes: Omit<Comparison, 'similarity'>): number;
  /** How much more similar (cosine) a face must be for the likelihood ratio to be `ratio` times as high. */
  marginAt(ratio: number, sizes: Omit<Comparison, 'similarity'>): number;
  /** The share of what the similarities to other persons are above their expectation that is taken from the best one. */
  readonly neighboursShare: number;
  /** How many independent comparisons one face is put to in a gallery: references of one person are alike, and count less. */
  comparisons(size: GallerySize): number;
}

/** With whom a face is compared. */
export interface GallerySize {
  persons: number;
  faces: number;
}

/** Larger faces are as good as this. Pixels. */
const fullSizePx = 80;
/** The fit has no smaller faces: a face that is smaller counts as this. Pixels. */
const smallestPx = fullSizePx / 2 ** smallest;

/**
 * The built-in model's. Fitted on faces of a public collection of press photographs (strangers: 3,600 faces of 1,533 persons, 6.5
 * million pairs; by size: the same faces made smaller); docs/seeing.md has the errors. `bench -- calibrate` repeats the fit.
 */
export const builtInTable: CalibrationTable = {
  strangers: { mean: 0.586, small: { one: -0.004, both: 0.008 } },
  samePerson: { mean: 0.82, small: { one: -0.025, both: 0.016 } },
  deviation: 0.0585,
  shared: 0.95,
  referencePower: 0.65,
  neighbours: { share: 0.5, deviation: 0.95 },
};

/** How much smaller than full size: 0 at 80 px and above, 1 at 40 px, 2 at 20 px and below. */
export function smallness(sizePx: number): number {
  return Math.log2(fullSizePx / Math.min(fullSizePx, Math.max(smallestPx, sizePx)));
}

/** The calibration that these numbers describe. */
export function createCalibration(table: CalibrationTable): Calibration {
  const { strangers, samePerson, deviation, shared, referencePower, neighbours } = table;
  const meanOf = (of: CalibrationTable['strangers'], { probeSizePx, referenceSizePx }: Omit<Comparison, 'similarity'>): number =>
    meanAt(of, smallness(probeSizePx), smallness(referenceSizePx));
  const widthOf = ({ faces = 1, levelled = 0 }: Omit<Comparison, 'similarity'>): number =>
    deviation * (1 - levelled * (1 - neighbours.deviation)) * Math.sqrt(shared + (1 - shared) / faces);

  // The logarithm of the likelihood ratio is linear in the similarity: zero in the middle of the two means.
  const lineOf = (sizes: Omit<Comparison, 'similarity'>): { zero: number; slope: number } => {
    const [two, one] = [meanOf(strangers, sizes), meanOf(samePerson, sizes)];
    return { zero: (one + two) / 2, slope: (one - two) / widthOf(sizes) ** 2 };
  };

  return {
    falseMatchRate: (comparison) => upperTail((comparison.similarity - meanOf(strangers, comparison)) / widthOf(comparison)),
    falseNonMatchRate: (comparison) => upperTail((meanOf(samePerson, comparison) - comparison.similarity) / widthOf(comparison)),
    likelihoodRatio: (comparison) => {
      const { zero, slope } = lineOf(comparison);
      return Math.exp(slope * (comparison.similarity - zero));
    },
    similarityAt: (rate, sizes) => meanOf(strangers, sizes) + widthOf(sizes) * upperQuantile(rate),
    neighboursShare: neighbours.share,
    marginAt: (ratio, sizes) => Math.log(ratio) / lineOf(sizes).slope,
    comparisons: ({ persons, faces }) => persons * Math.max(1, faces / Math.max(1, persons)) ** referencePower,
  };
}

/** Of the built-in embedding model. */
export const builtInCalibration = createCalibration(builtInTable);
