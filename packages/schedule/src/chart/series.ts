import { cut } from '@watchpost/shared/text';
import type { Fields } from '../template.ts';
import type { StoredItem } from '../store/collections.ts';

/** A line of a chart. */
export interface Series {
  name: string;
  points: { atMs: number; value: number }[];
}

const mostSeries = 8;
/** Characters of a line's name: the legend shares the picture with the lines. */
const mostInName = 40;
/** Beyond it the distance of two values is no number any more. */
const mostValue = 1e300;
/** More than a picture has columns. */
const mostPoints = 400;

/** The lines of a collection: one, or one for each value of `by`, those with the most points first. Pure. */
export function seriesOf(items: readonly StoredItem[], { value, by }: { value: string; by: string | undefined }): Series[] {
  const found = new Map<string, Series>();
  for (const { fields, atMs } of items) {
    const number = fields[value];
    if (typeof number !== 'number' || Math.abs(number) > mostValue) continue;
    const name = by === undefined ? value : cut(String(fields[by] ?? ''), { characters: mostInName, units: 2 * mostInName });
    const series = found.get(name) ?? { name, points: [] };
    series.points.push({ atMs: timeOf(fields) ?? atMs, value: number });
    found.set(name, series);
  }
  return [...found.values()]
    .sort((a, b) => b.points.length - a.points.length)
    .slice(0, mostSeries)
    .map(({ name, points }) => ({ name, points: thinned(points.sort((a, b) => a.atMs - b.atMs)) }));
}

/** The field of an item that holds the most numbers; null: none does. Pure. */
export function valueField(items: readonly StoredItem[]): string | null {
  const counts = new Map<string, number>();
  for (const { fields } of items)
    for (const [name, value] of Object.entries(fields)) if (typeof value === 'number') counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null;
}

function timeOf({ date }: Fields): number | null {
  const atMs = typeof date === 'string' ? Date.parse(date) : Number.NaN;
  // Beyond the year 9999 no clock shows anything.
  return Number.isFinite(atMs) && Math.abs(atMs) < 2e14 ? atMs : null;
}

/** Every so many-th point, and the last. */
function thinned<T>(points: T[]): T[] {
  const step = Math.ceil(points.length / mostPoints);
  return step <= 1 ? points : points.filter((_, index) => index % step === 0 || index === points.length - 1);
}
