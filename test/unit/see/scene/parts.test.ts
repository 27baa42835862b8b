import { partsOf } from '@watchpost/see/scene/parts';
import { describe, expect, it } from 'vitest';

const cells = { columns: 480, rows: 270, brightness: new Uint8Array() };
const step = 2.828;
const view = { x: 0, y: 0, width: 704, height: 384, step };
const blocksAt = (...places: [number, number][]): Uint8Array => {
  const blocks = new Uint8Array(60 * 34);
  for (const [column, row] of places) blocks[row * 60 + column] = 1;
  return blocks;
};

describe('parts of a view', () => {
  it('are none where nothing is to be looked at', () => expect(partsOf(view, blocksAt(), cells)).toEqual([]));

  it('are the view itself where most is to be looked at', () => {
    expect(partsOf(view, new Uint8Array(60 * 34).fill(1), cells)).toEqual([view]);
  });

  it.each([
    [0, 0],
    [59, 33],
    [30, 17],
    [12, 3],
  ])('show block %s, %s with 32 pixels of context inside the view, and lie on the cells of the detector', (column, row) => {
    const parts = partsOf(view, blocksAt([column, row]), cells);
    expect(parts).toHaveLength(1);
    const [{ x, y, width, height }] = parts as [typeof view];
    const [left, top, right, bottom] = [column * 32, row * 32, column * 32 + 32, row * 32 + 32].map((pixels) => pixels / step) as [
      number,
      number,
      number,
      number,
    ];
    expect(x / step).toBeLessThanOrEqual(Math.max(0, left - 32));
    expect(y / step).toBeLessThanOrEqual(Math.max(0, top - 32));
    expect(x / step + width).toBeGreaterThanOrEqual(Math.min(704, right + 32));
    expect(y / step + height).toBeGreaterThanOrEqual(Math.min(384, bottom + 32));
    expect([x / step / 32, y / step / 32, width / 32, height / 32].map((cell) => Math.abs(cell - Math.round(cell)) < 1e-9)).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(width * height).toBeLessThan(704 * 384 * 0.1);
  });

  it('join where they overlap, and stay apart where they do not', () => {
    expect(partsOf(view, blocksAt([10, 10], [13, 10]), cells)).toHaveLength(1);
    expect(partsOf(view, blocksAt([3, 3], [56, 30]), cells)).toHaveLength(2);
  });

  it('of a strip are those that it shows', () => {
    const strip = { x: 1_000, y: 0, width: 320, height: 384, step };
    expect(partsOf(strip, blocksAt([3, 3]), cells)).toEqual([]);
    expect(partsOf(strip, blocksAt([50, 3]), cells)[0]!.x).toBeGreaterThanOrEqual(1_000);
  });
});
