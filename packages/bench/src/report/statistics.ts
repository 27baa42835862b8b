/** The value at a rank, 0..1, of the sorted values; NaN if there are none. */
export function percentile(values: readonly number[], rank: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? Number.NaN;
}

/** Rounded for reports, to three decimal places by default. */
export function rounded(value: number, places = 3): number {
  return Math.round(value * 10 ** places) / 10 ** places;
}

/** The items in groups of one key each, in the order of their first items. */
export function groupBy<T, K>(items: readonly T[], keyOf: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}
