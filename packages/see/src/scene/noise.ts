import type { Cells } from '../picture/fingerprint.ts';

/** Differences are measured separately for so many levels of brightness: noise depends on it, and so does a change of exposure. */
const mostBands = 8;
/** Whatever was measured, cells differ by this much: rounding, and what JPEG does. Levels of 255. */
const leastNoise = 0.75;
/** More than this is no noise but movement, and counts as a change. Levels of 255. */
const mostNoise = 5;
/** Cells in a row whose median is taken: 20 pixels, the width of the smallest face that counts. What is narrower than half of it disappears, as rain does. */
const medianCells = 5;
/** Steps of a histogram to a level of brightness. */
const fine = 8;
/** Quartiles of every seventh cell are as good as those of all. */
export const sampleStep = 7;

/** How two frames of the same scene differ. */
export interface Difference {
  /** Of each cell the difference in units of noise, after removing the change of light, and streaks that are too narrow for a face. */
  cells: Float32Array;
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
  const cells = withoutStreaks(before, now, bandOf, shifts);
  const noise = noiseOf(before, cells, bandOf, counts);
  const precisionAt = Float32Array.from(bandOf, (band) => 1 / (noise[band] ?? leastNoise));
  for (let index = 0; index < cells.length; index += 1)
    cells[index] = (cells[index] ?? 0) * (precisionAt[before.brightness[index] ?? 0] ?? 1);
  return { cells, light: Math.max(...shifts.map(Math.abs)) };
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

/** The differences beyond the change of light; of each row's cells the median of five. */
function withoutStreaks(before: Cells, now: Cells, bandOf: Uint8Array, shifts: number[]): Float32Array {
  const { columns, rows } = now;
  const shiftAt = Float32Array.from(bandOf, (band) => shifts[band] ?? 0);
  const result = new Float32Array(columns * rows);
  const half = (medianCells - 1) / 2;
  const line = new Float32Array(columns + 2 * half);
  for (let y = 0; y < rows; y += 1) {
    const row = y * columns;
    for (let x = 0; x < columns; x += 1) {
      const value = before.brightness[row + x] ?? 0;
      line[x + half] = (now.brightness[row + x] ?? 0) - value - (shiftAt[value] ?? 0);
    }
    // Beyond the edge the last cell is repeated.
    line.fill(line[half] ?? 0, 0, half);
    line.fill(line[columns + half - 1] ?? 0, columns + half);
    for (let x = 0; x < columns; x += 1)
      result[row + x] = medianOfFive(line[x] ?? 0, line[x + 1] ?? 0, line[x + 2] ?? 0, line[x + 3] ?? 0, line[x + 4] ?? 0);
  }
  return result;
}

/** Of the pairs (a, b) and (c, d) the least and the greatest number cannot be the median. */
function medianOfFive(a: number, b: number, c: number, d: number, e: number): number {
  const leastOfFirst = a < b ? a : b;
  const mostOfFirst = a < b ? b : a;
  const leastOfSecond = c < d ? c : d;
  const mostOfSecond = c < d ? d : c;
  const x = leastOfFirst > leastOfSecond ? leastOfFirst : leastOfSecond;
  const y = mostOfFirst < mostOfSecond ? mostOfFirst : mostOfSecond;
  const low = x < y ? x : y;
  const high = x < y ? y : x;
  return e < low ? low : e > high ? high : e;
}

/** The standard deviation of each band: between its quartiles lie 1.349 of a normal distribution. */
function noiseOf(before: Cells, cells: Float32Array, bandOf: Uint8Array, counts: Uint8Array | undefined): number[] {
  const middle = 256 * fine;
  const histograms = emptyHistograms(2 * middle);
  for (let index = 0; index < cells.length; index += sampleStep) {
    if (counts?.[index] === 0) continue;
    const histogram = histograms[bandOf[before.brightness[index] ?? 0] ?? 0];
    const at = middle + Math.round((cells[index] ?? 0) * fine);
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
