import { seriesOf, valueField } from '@watchpost/schedule/chart/series';
import type { Collections } from '@watchpost/schedule/store/collections';

/** What to draw. */
export interface ChartWish {
  of: string;
  /** The field with the numbers; null: the one that most items have. */
  value: string | null;
  /** One line for each value of this field; null: one line. */
  by: string | null;
  days: number;
  title: string;
  timeZone: string;
}

const dayMs = 86_400_000;
const mostItems = 5_000;

/** A collection's numbers as a PNG; null: it has none. */
export async function chartPicture(
  { of, value, by, days, title, timeZone }: ChartWish,
  { collections, now }: { collections: Pick<Collections, 'during'>; now: () => number },
  signal: AbortSignal,
): Promise<Uint8Array | null> {
  const items = await collections.during(of, { fromMs: now() - days * dayMs, limit: mostItems }, signal);
  const drawn = value ?? valueField(items);
  const series = drawn === null ? [] : seriesOf(items, { value: drawn, by: by ?? undefined });
  if (series.length === 0) return null;
  // The libraries take some 90 MB: only where charts are drawn.
  const { drawChart } = await import('@watchpost/schedule/chart/draw-chart');
  return drawChart(series, { title, timeZone });
}
