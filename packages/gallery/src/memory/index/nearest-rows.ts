import { exactSearch, Matches, MetricKind } from 'usearch';

/** The `count` rows nearest to the query, by cosine. The numbers must start at the start of their buffer: usearch looks there. */
export function nearestRows(numbers: Int8Array, rows: number, query: Int8Array, count: number): { row: number; similarity: number }[] {
  if (rows === 0) return [];
  const found = exactSearch(numbers.subarray(0, rows * query.length), query, query.length, Math.min(count, rows), MetricKind.Cos, 1);
  if (!(found instanceof Matches)) throw new TypeError('one query has one answer');
  return Array.from(found.keys, (key, index) => ({ row: Number(key), similarity: 1 - (found.distances[index] ?? 1) }));
}
