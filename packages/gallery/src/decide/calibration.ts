import { thresholdsAt, defaultThresholds } from './thresholds.ts';

/** A face and a reference, and how similar they are. */
export interface Comparison {
  /** Cosine. */
  similarity: number;
  probeSizePx: number;
  referenceSizePx: number;
  /** Of how many faces of one person `similarity` is the mean; default 1. */
  faces?: number;
}

/** What similarities of an embedding model mean. */
export interface Calibration {
  /** The chance that a stranger's face is at least as similar to one reference. */
  falseMatchRate(comparison: Comparison): number;
  /** How much likelier the two faces show one person than two. Rises with the similarity. */
  likelihoodRatio(comparison: Comparison): number;
  /** The similarity at which `falseMatchRate` is `rate`. */
  similarityAt(rate: number, comparison: Omit<Comparison, 'similarity'>): number;
}

/**
 * Of 20,409 pairs of strangers' faces of full size and 429 of one person: one stranger in a hundred reached 0.549, one in ten thousand
 * 0.652, with an exponential tail in between and beyond. The two kinds are equally likely at 0.566.
 */
const strangers = { at: 0.549, rate: 1e-2, decadesPerCosine: 2 / (0.652 - 0.549) };
const ratio = { one: 0.566, nepersPerCosine: 50 };

/** The built-in embedding's. Smaller faces are less similar to anybody, by as much as their thresholds are lower. */
export const builtInCalibration: Calibration = {
  falseMatchRate: (comparison) => {
    const decades = (comparison.similarity + missing(comparison) - strangers.at) * strangers.decadesPerCosine;
    return Math.min(1, strangers.rate * 10 ** -decades);
  },
  likelihoodRatio: (comparison) => Math.exp((comparison.similarity + missing(comparison) - ratio.one) * ratio.nepersPerCosine),
  similarityAt: (rate, comparison) => strangers.at + Math.log10(strangers.rate / rate) / strangers.decadesPerCosine - missing(comparison),
};

const fullSizePx = 80;

function missing({ probeSizePx, referenceSizePx }: Omit<Comparison, 'similarity'>): number {
  const match = (sizePx: number): number => thresholdsAt(sizePx, defaultThresholds).match;
  return match(fullSizePx) - match(Math.min(probeSizePx, referenceSizePx));
}
