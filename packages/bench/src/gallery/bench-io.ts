import type { Env } from '@watchpost/shared/config/parse-env';

/** The arguments of every bench. */
export interface BenchIo {
  env: Env;
  /** A line to standard output. */
  print: (line: string) => void;
  /** A line to standard error: progress. */
  warn: (line: string) => void;
  signal: AbortSignal;
}

/** The value at a rank, 0..1, of measured times. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? NaN;
}

/** Three decimals. */
export function rounded(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
