import { quantise } from './quantise.ts';
import { sketchLength, type Sketcher } from './sketch.ts';

/** Rows of one block: small enough that a scan's results stay in the processor's cache. */
export const blockRows = 8_192;

/** Some vectors side by side, in rows, in 8 bits. */
export interface Block {
  rows: number;
  capacity: number;
  /** Which key is in which row. */
  keys: number[];
  /** Whole vectors, 8 bits a number, each on its own scale. */
  vectors: Int8Array;
  /** What to multiply the numbers by to have the vector back. */
  scales: Float32Array;
  sketches: Int8Array;
}

export function emptyBlock(): Block {
  return { rows: 0, capacity: 0, keys: [], vectors: new Int8Array(0), scales: new Float32Array(0), sketches: new Int8Array(0) };
}

/** Adds a row, which must have room (`blockRows`); returns where it is. */
export function appendRow(block: Block, key: number, vector: Float32Array, sketch: Sketcher): number {
  const { length } = vector;
  if (block.rows === block.capacity) grow(block, length);
  const row = block.rows;
  block.rows += 1;
  block.keys[row] = key;
  block.scales[row] = quantise(vector, block.vectors, row * length);
  sketch(block.vectors, row * length, block.sketches, row * sketchLength);
  return row;
}

/** Removes a row; the last one fills the gap. Returns the key that moved, or null. */
export function removeRow(block: Block, row: number, length: number): number | null {
  const last = block.rows - 1;
  const moved = block.keys[last];
  block.rows = last;
  block.keys.length = last;
  if (row === last || moved === undefined) return null;
  block.keys[row] = moved;
  block.vectors.copyWithin(row * length, last * length, (last + 1) * length);
  block.sketches.copyWithin(row * sketchLength, last * sketchLength, (last + 1) * sketchLength);
  block.scales[row] = block.scales[last] ?? 0;
  return moved;
}

/** The vector of a row, as it was but for rounding. */
export function readRow(block: Block, row: number, length: number): Float32Array {
  const scale = block.scales[row] ?? 0;
  return Float32Array.from(block.vectors.subarray(row * length, (row + 1) * length), (value) => value * scale);
}

function grow(block: Block, length: number): void {
  block.capacity = Math.min(Math.max(64, block.capacity * 2), blockRows);
  const enlarge = (numbers: Int8Array, perRow: number): Int8Array => {
    const larger = new Int8Array(block.capacity * perRow);
    larger.set(numbers);
    return larger;
  };
  block.vectors = enlarge(block.vectors, length);
  block.sketches = enlarge(block.sketches, sketchLength);
  const scales = new Float32Array(block.capacity);
  scales.set(block.scales);
  block.scales = scales;
}
