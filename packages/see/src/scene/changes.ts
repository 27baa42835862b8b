import type { Cells } from '../picture/fingerprint.ts';
import { evidenceStep, measureDifference, mostEvidence, quantile, sampleStep } from './noise.ts';
import { blockCells, blocksOf } from './scene.ts';

/** What changed between two frames: the blocks (1: changed), and whether the light did. */
export interface Changes {
  blocks: Uint8Array;
  light: boolean;
}

/** Side of the window that evidence is summed over, in cells: 20 pixels, the smallest face that counts. */
const windowCells = 5;
/** A shift of brightness beyond this is a change of light. Levels of 255. */
const lightShift = 3;
/** The least sum of a window's evidence for a change; noise sums up to 25. */
const leastSum = 90;
/** How far a changed window's sum lies above the median of all windows, in distances between median and lower quartile. */
const spread = 20;
/** Of at most 400. Where noise alone sums up to more, a face in it could not be told. */
const mostSum = 220;
/** Where more blocks than this share changed, noise is measured once more without them. */
const manyChanged = 0.1;
/** What is left to measure noise by must be at least this share. */
const leastQuiet = 0.3;

/**
 * Compares a frame with what is remembered. A window of 5 by 5 cells changed if the squared differences of its cells, in units of the noise,
 * sum up to more than noise does: a dim face differs a little in most of its cells. Undefined if the noise is too strong to tell.
 */
export function findChanges(before: Cells, now: Cells): Changes | undefined {
  const first = changesBy(before, now, undefined);
  // Once more without what moved: it would pass for noise.
  const counts = quietCells(first.blocks, now);
  const { limit, ...changes } = counts ? changesBy(before, now, counts) : first;
  return limit > mostSum ? undefined : changes;
}

function changesBy(before: Cells, now: Cells, counts: Uint8Array | undefined): Changes & { limit: number } {
  const { evidence, light } = measureDifference(before, now, counts);
  const sums = windowSums(evidence, now);
  const limit = limitOf(sums, counts);
  return { blocks: changedBlocks(sums, Math.min(limit, mostSum), now), light: light > lightShift, limit };
}

/** The sum of the evidence in the window that begins at each cell, in the same steps; 0 where that leaves the frame. */
function windowSums(evidence: Uint16Array, { columns, rows }: Cells): Uint16Array {
  const sums = new Uint16Array(columns * rows);
  if (columns < windowCells) return sums;
  // Sums of columns of five, moved down row by row.
  const column = new Uint16Array(columns);
  for (let y = 0; y < rows; y += 1) {
    const row = y * columns;
    for (let x = 0; x < columns; x += 1) column[x] = (column[x] ?? 0) + (evidence[row + x] ?? 0);
    if (y < windowCells - 1) continue;
    const top = row - (windowCells - 1) * columns;
    let sum = 0;
    for (let x = 0; x < windowCells - 1; x += 1) sum += column[x] ?? 0;
    for (let x = 0; x <= columns - windowCells; x += 1) {
      sum += column[x + windowCells - 1] ?? 0;
      sums[top + x] = sum;
      sum -= column[x] ?? 0;
    }
    for (let x = 0; x < columns; x += 1) column[x] = (column[x] ?? 0) - (evidence[top + x] ?? 0);
  }
  return sums;
}

/** From the windows themselves, because neighbouring cells' noise is alike where a camera smooths it: then sums scatter more. */
function limitOf(sums: Uint16Array, counts: Uint8Array | undefined): number {
  const histogram = new Uint32Array(windowCells * windowCells * mostEvidence + 1);
  let windows = 0;
  let alike = 0;
  for (let index = 0; index < sums.length; index += sampleStep) {
    if (counts?.[index] === 0) continue;
    windows += 1;
    const sum = sums[index] ?? 0;
    // What is overexposed or black has no noise, and says nothing about that of the rest.
    if (sum === 0) alike += 1;
    else {
      const bin = Math.round(sum * evidenceStep);
      histogram[bin] = (histogram[bin] ?? 0) + 1;
    }
  }
  if (alike > windows / 2) return leastSum;
  const [low = 0, middle = 0] = [quantile(histogram, 0.25), quantile(histogram, 0.5)];
  return Math.max(leastSum, middle + spread * (middle - low));
}

/** All blocks that a changed window touches. */
function changedBlocks(sums: Uint16Array, limit: number, cells: Cells): Uint8Array {
  const most = limit / evidenceStep;
  const { across, down } = blocksOf(cells);
  const blocks = new Uint8Array(across * down);
  for (let y = 0; y <= cells.rows - windowCells; y += 1)
    for (let x = 0; x <= cells.columns - windowCells; x += 1) {
      if ((sums[y * cells.columns + x] ?? 0) <= most) continue;
      const [left, right] = [Math.floor(x / blockCells), Math.floor((x + windowCells - 1) / blockCells)];
      const [top, bottom] = [Math.floor(y / blockCells), Math.floor((y + windowCells - 1) / blockCells)];
      blocks[top * across + left] = blocks[top * across + right] = blocks[bottom * across + left] = blocks[bottom * across + right] = 1;
    }
  return blocks;
}

/** 0 for the cells of changed blocks, else 1. Undefined if few changed, or too little is left. */
function quietCells(blocks: Uint8Array, { columns, rows }: Cells): Uint8Array | undefined {
  let changed = 0;
  for (const block of blocks) changed += block;
  if (changed < blocks.length * manyChanged || changed > blocks.length * (1 - leastQuiet)) return undefined;
  const { across } = blocksOf({ columns, rows });
  const counts = new Uint8Array(columns * rows);
  for (let y = 0; y < rows; y += 1) {
    const blockRow = Math.floor(y / blockCells) * across;
    for (let x = 0; x < columns; x += 1) counts[y * columns + x] = blocks[blockRow + Math.floor(x / blockCells)] ? 0 : 1;
  }
  return counts;
}
