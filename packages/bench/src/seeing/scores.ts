/** Similarities of pairs of one person and of pairs of two. */
export interface PairScores {
  same: number[];
  different: number[];
}

/** The share of same pairs accepted when no more than `rate` of the different ones are. */
export function acceptedAt({ same, different }: PairScores, rate: number): number {
  const threshold = thresholdAt(different, rate);
  return same.filter((score) => score > threshold).length / same.length;
}

/** The similarity above which `rate` of the different pairs lie. */
export function thresholdAt(different: number[], rate: number): number {
  const sorted = different.toSorted((a, b) => b - a);
  return sorted[Math.floor(sorted.length * rate)] ?? -1;
}

/** The chance that a same pair scores higher than a different one. */
export function areaUnderCurve({ same, different }: PairScores): number {
  let wins = 0;
  for (const a of same) for (const b of different) wins += a > b ? 1 : a === b ? 0.5 : 0;
  return wins / (same.length * different.length);
}

/** The value below which `share` of the values lie. */
export function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
