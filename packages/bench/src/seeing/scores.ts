/** Similarities of pairs of pictures of the same person, and of different people. */
export interface PairScores {
  same: number[];
  different: number[];
}

/** The share of same pairs that are accepted if at most `rate` of the different pairs are. */
export function acceptedAt({ same, different }: PairScores, rate: number): number {
  const threshold = thresholdAt(different, rate);
  return same.filter((score) => score > threshold).length / same.length;
}

/** The similarity that a share of `rate` of the different pairs exceeds. */
export function thresholdAt(different: number[], rate: number): number {
  const sorted = different.toSorted((a, b) => b - a);
  return sorted[Math.floor(sorted.length * rate)] ?? -1;
}

/** Area under the ROC curve: the probability that a same pair scores higher than a different one. */
export function areaUnderCurve({ same, different }: PairScores): number {
  let wins = 0;
  for (const a of same) for (const b of different) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (same.length * different.length);
}
