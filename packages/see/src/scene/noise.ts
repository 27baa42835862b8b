import type { Cells } from '../picture/fingerprint.ts';

/** Differences are measured separately for so many levels of brightness: noise depends on it, and so does a change of exposure. */
const mostBands = 8;
/** Whatever was measured, cells differ by this much: rounding, and what JPEG does. Levels of 255. */
const leastNoise = 0.75;
/** More than this is no noise but movement, and counts as a change. Levels of 255. */
const mostNoise = 5;
/** Cells in a row whose median is taken: 20 pixels, the width of the smallest face that counts. What is narrower than half of it disappears, as rain does. */
const medianCells = 5;
const reach = (medianCells - 1) / 2;
/** A cell's evidence for a change is the square of its difference in units of noise, at most this. So no single cell makes a change. */
export const mostEvidence = 16;
/** Evidence is counted in such steps: sums of integers are exact. */
export const evidenceStep = 1 / 16;
/** Steps of a histogram to a level of brightness. */
const fine = 8;
/** Larger differences are counted as this one: quartiles beyond `mostNoise` need not be known. Levels of 255. */
const farthest = 32;
/** Quartiles of every seventh cell are as good as those of all. */
export const sampleStep = 7;

/** How two frames of the same scene differ. */
export interface Difference {
  /** Of each cell the evidence for a change, in steps of `evidenceStep`, after removing the change of light, and streaks that are too narrow for a face. */
  evidence: Uint16Array;
  /** The largest change of brightness that half of the cells of a band share: exposure, daylight, lamps. Levels of 255. */
  light: number;
}

/**
 * Measures how a frame differs from what is remembered. Light and noise are estimated from all cells for which `counts` is not 0, by medians
 * and quartiles, so that what moved in less than half of the frame has little influence.
 */
export function measureDifference(before: Cells, now: Cells, counts: Uint8Array | undefined): Difference {
  const bandOf = bandsOf(before, counts);
  const shifts = shiftsOf(before, now, bandOf, counts);
  const differences = withoutStreaks(before, now, bandOf, shifts);
  const noise = noiseOf(before, differences, bandOf, counts);
  const precisionAt = Float64Array.from(bandOf, (band) => 1 / ((noise[band] ?? leastNoise) * fine));
  const { brightness } = before;
  const evidence = new Uint16Array(differences.length);
  for (let index = 0; index < evidence.length; index += 1) {
    const difference = (differences[index] ?? 0) * (precisionAt[brightness[index] ?? 0] ?? 1);
    evidence[index] = Math.min(mostEvidence, difference * difference) / evidenceStep + 0.5;
  }
  return { evidence, light: Math.max(...shifts.map(Math.abs)) };
}

/** For each level of brightness its band; each band has about the same number of cells. */
function bandsOf({ brightness }: Cells, counts: Uint8Array | undefined): Uint8Array {
  const histogram = new Uint32Array(256);
  let total = 0;
  for (let index = 0; index < brightness.length; index += sampleStep) {
    if (counts?.[index] === 0) continue;
    const value = brightness[index] ?? 0;
    histogram[value] = (histogram[value] ?? 0) + 1;
    total += 1;
  }
  const share = total / mostBands;
  let [below, band, ofBand] = [0, 0, 0];
  return Uint8Array.from(histogram, (count) => {
    const mine = band;
    below += count;
    ofBand += count;
    // A band ends where it has its share, if enough is left for another one.
    if (ofBand >= share && total - below >= share / 2 && band < mostBands - 1) [band, ofBand] = [band + 1, 0];
    return mine;
  });
}

/** The median difference of each band: how the light changed. */
function shiftsOf(before: Cells, now: Cells, bandOf: Uint8Array, counts: Uint8Array | undefined): number[] {
  const histograms = emptyHistograms(511);
  for (let index = 0; index < before.brightness.length; index += sampleStep) {
    if (counts?.[index] === 0) continue;
    const value = before.brightness[index] ?? 0;
    const histogram = histograms[bandOf[value] ?? 0];
    const at = 255 + (now.brightness[index] ?? 0) - value;
    if (histogram) histogram[at] = (histogram[at] ?? 0) + 1;
  }
  return histograms.map((histogram) => (quantile(histogram, 0.5) ?? 255) - 255);
}

/** The differences beyond the change of light, in steps of 1/`fine` level; of each row's cells the median of five. */
function withoutStreaks(before: Cells, now: Cells, bandOf: Uint8Array, shifts: number[]): Int16Array {
  const { columns, rows } = now;
  const [earlier, later] = [before.brightness, now.brightness];
  const expected = Int32Array.from(bandOf, (band, value) => Math.round((value + (shifts[band] ?? 0)) * fine));
  const result = new Int16Array(columns * rows);
  for (let y = 0; y < rows; y += 1) {
    const first = y * columns;
    const last = first + columns - 1;
    // Beyond the edges the first and the last cell are repeated. Each difference moves from e to a while x grows.
    let c = (later[first] ?? 0) * fine - (expected[earlier[first] ?? 0] ?? 0);
    let b = c;
    let d = c;
    let e = c;
    for (let index = first - reach; index <= last; index += 1) {
      const a = b;
      b = c;
      c = d;
      d = e;
      const next = index + reach;
      if (next <= last) e = (later[next] ?? 0) * fine - (expected[earlier[next] ?? 0] ?? 0);
      if (index >= first) result[index] = medianOfFive(a, b, c, d, e);
    }
  }
  return result;
}

/** Of the pairs (a, b) and (c, d) the least and the greatest number cannot be the median. */
function medianOfFive(a: number, b: number, c: number, d: number, e: number): number {
  const x = greater(less(a, b), less(c, d));
  const y = less(greater(a, b), greater(c, d));
  return greater(less(x, y), less(greater(x, y), e));
}

// Integers only. Without branches, which noise makes unpredictable: three times as fast as Math.min and Math.max.
const less = (a: number, b: number): number => b + ((a - b) & ((a - b) >> 31));
const greater = (a: number, b: number): number => a - ((a - b) & ((a - b) >> 31));

/** The standard deviation of each band: between its quartiles lie 1.349 of a normal distribution. */
function noiseOf(before: Cells, differences: Int16Array, bandOf: Uint8Array, counts: Uint8Array | undefined): number[] {
  const middle = farthest * fine;
  const histograms = emptyHistograms(2 * middle + 1);
  for (let index = 0; index < differences.length; index += sampleStep) {
    if (counts?.[index] === 0) continue;
    const histogram = histograms[bandOf[before.brightness[index] ?? 0] ?? 0];
    const at = middle + Math.max(-middle, Math.min(middle, differences[index] ?? 0));
    if (histogram) histogram[at] = (histogram[at] ?? 0) + 1;
  }
  return histograms.map((histogram) => {
    const [low = 0, high = 0] = [quantile(histogram, 0.25), quantile(histogram, 0.75)];
    return Math.min(mostNoise, Math.max(leastNoise, (high - low) / fine / 1.349));
  });
}

const emptyHistograms = (bins: number): Uint32Array[] => Array.from({ length: mostBands }, () => new Uint32Array(bins));

/** The value below which a share of a histogram's entries lies; a bin counts as spread over one unit. Undefined if it is empty. */
export function quantile(histogram: Uint32Array, share: number): number | undefined {
  let total = 0;
  for (let bin = 0; bin < histogram.length; bin += 1) total += histogram[bin] ?? 0;
  let below = 0;
  for (let bin = 0; bin < histogram.length; bin += 1) {
    const count = histogram[bin] ?? 0;
    if (count > 0 && below + count >= total * share) return bin - 0.5 + (total * share - below) / count;
    below += count;
  }
  return undefined;
}
