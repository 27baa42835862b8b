/** The two similarities that separate the bands, for a face of one size. */
export interface Bands {
  /** From here on it is the person (given the margin). */
  match: number;
  /** From here on it may be the person; never shown as a name. Below, it is not. */
  uncertain: number;
}

/** One row of the table: faces of `sizePx` and more, up to the next row; between rows the values are interpolated. */
export interface ThresholdRow extends Bands {
  sizePx: number;
}

/**
 * Cosine thresholds by the size of the face (side of the square that was embedded, before its margin), against references of full
 * size. A face seen small is less like itself and less like others too, so its threshold may be lower. `match` is where no stranger
 * of the labelled pairs was accepted, `uncertain` where a stranger is accepted once in some hundred comparisons. docs/gallery.md.
 */
export const defaultThresholds: readonly ThresholdRow[] = [
  { sizePx: 20, match: 0.61, uncertain: 0.52 },
  { sizePx: 28, match: 0.625, uncertain: 0.545 },
  { sizePx: 40, match: 0.64, uncertain: 0.565 },
  { sizePx: 80, match: 0.655, uncertain: 0.585 },
];

/** The bands for a face of this size: a straight line between the rows around it, the outermost rows beyond them. */
export function bandsAt(sizePx: number, table: readonly ThresholdRow[]): Bands {
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
