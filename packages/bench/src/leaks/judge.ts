/** A quantity over time. */
export interface Series {
  name: string;
  unit: 'MB' | '';
  /** `memory` is what garbage collection leaves, `resident` what the process has of the machine, a `count` must not grow. */
  kind: 'memory' | 'resident' | 'count';
  values: number[];
}

export interface Verdict {
  name: string;
  unit: string;
  /** By the line through the values after the warm-up. */
  from: number;
  to: number;
  growthPercent: number;
  isFlat: boolean;
}

/** The share of the samples that are warm-up: code is compiled, pools and caches fill. */
const warmUp = 0.25;
/** The allocator keeps what it has once needed for pictures in several sizes, and how much that is changes with those in work at the same time. */
const allowedPercent = { memory: 5, resident: 10, count: 5 };
/** Connections come and go: so many more than before are no leak. */
const allowedMore = 3;

/** Fits a straight line to the values after the warm-up. */
export function judge({ name, unit, kind, values }: Series): Verdict {
  const warm = values.slice(Math.ceil(values.length * warmUp));
  const { start, end } = lineThrough(warm);
  const growthPercent = start > 0 ? ((end - start) / start) * 100 : 0;
  const isFlat = growthPercent <= allowedPercent[kind] || (kind === 'count' && end - start <= allowedMore);
  return { name, unit, from: start, to: end, growthPercent, isFlat };
}

/** Least squares; the line's values at both ends. */
function lineThrough(values: readonly number[]): { start: number; end: number } {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((total, value) => total + value, 0) / Math.max(1, values.length);
  let [above, below] = [0, 0];
  for (const [index, value] of values.entries()) {
    above += (index - middle) * (value - mean);
    below += (index - middle) ** 2;
  }
  const slope = below > 0 ? above / below : 0;
  return { start: mean - slope * middle, end: mean + slope * middle };
}

/** The lowest of each few neighbours: what garbage collection leaves. */
export function floorOf(values: readonly number[], few: number): number[] {
  return Array.from({ length: Math.ceil(values.length / few) }, (_, index) => Math.min(...values.slice(index * few, (index + 1) * few)));
}
