import { createRandom } from '@watchpost/bench/prove/random';
import type { Frame } from '@watchpost/see/scene/attention';
import type { Cells } from '@watchpost/see/picture/fingerprint';

/** Cells of a frame of 960 by 544 pixels. */
const size = { columns: 240, rows: 136 };

/** A scene of gradients and bricks. */
export function sceneCells(change: (value: number, column: number, row: number) => number = (value) => value): Cells {
  const brightness = new Uint8Array(size.columns * size.rows);
  let index = 0;
  for (let row = 0; row < size.rows; row += 1)
    for (let column = 0; column < size.columns; column += 1) {
      const value = 50 + (column / size.columns) * 110 + ((((column >> 3) + (row >> 2)) * 7) % 30);
      brightness[index] = Math.max(0, Math.min(255, Math.round(change(value, column, row))));
      index += 1;
    }
  return { ...size, brightness };
}

/** Normally distributed noise that is the same for a seed. */
export function noise(deviation: number, seed: number): () => number {
  const next = createRandom(seed);
  return () => deviation * (next() + next() + next() + next() + next() + next() - 3) * Math.SQRT2;
}

/** A frame taken so many seconds after the first one. */
export const frameOf = (cells: Cells, seconds = 0): Frame => ({ width: 960, height: 544, cells, takenAtMs: 1_000_000 + seconds * 1_000 });

/** Where a block is set: [column, row] of 30 by 17 blocks. */
export const placesOf = (blocks: Uint8Array): [number, number][] =>
  [...blocks].flatMap((value, index): [number, number][] => (value ? [[index % 30, Math.floor(index / 30)]] : []));
