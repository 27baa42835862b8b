/** The thresholds for a face of one size. */
export interface Thresholds {
  /** At least this similar: it is the person (given the margin). */
  match: number;
  /** At least this similar: it may be the person; never shown as a name. Below, it is not. */
  uncertain: number;
}

/** The thresholds at one size; between two rows they are interpolated. */
export interface ThresholdRow extends Thresholds {
  sizePx: number;
}

/**
 * Cosine thresholds by face size (side of the embedded square, before its margin), against references of full size. Small faces
 * are less similar to their own person, so their thresholds are lower (see docs/seeing.md for strangers). At `match` no stranger of the labelled
 * pairs was accepted, at `uncertain` about one in a hundred. See docs/gallery.md.
 */
export const defaultThresholds: readonly ThresholdRow[] = [
  { sizePx: 20, match: 0.61, uncertain: 0.52 },
  { sizePx: 28, match: 0.625, uncertain: 0.545 },
  { sizePx: 40, match: 0.64, uncertain: 0.565 },
  { sizePx: 80, match: 0.655, uncertain: 0.585 },
];

/** The thresholds for a face of this size: linear between the rows around it, constant beyond the outermost rows. */
export function thresholdsAt(sizePx: number, table: readonly ThresholdRow[]): Thresholds {
  const [first] = table;
  const above = table.findIndex((row) => row.sizePx > sizePx);
  const from = above === -1 ? table.at(-1) : table[above - 1];
  const to = above === -1 ? undefined : table[above];
  if (!first) throw new RangeError('a table of thresholds has at least one row');
  if (!from) return { match: first.match, uncertain: first.uncertain };
  if (!to) return { match: from.match, uncertain: from.uncertain };
  const part = (sizePx - from.sizePx) / (to.sizePx - from.sizePx);
  const between = (a: number, b: number): number => a + (b - a) * part;
  return { match: between(from.match, to.match), uncertain: between(from.uncertain, to.uncertain) };
}
