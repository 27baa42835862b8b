import { findChanges } from '@watchpost/see/scene/changes';
import { describe, expect, it } from 'vitest';
import { noise, placesOf, sceneCells } from './frames.ts';

const changed = (...frames: Parameters<typeof findChanges>): [number, number][] => {
  const changes = findChanges(...frames);
  if (!changes) throw new Error('the noise is too strong');
  return placesOf(changes.blocks);
};

/** A frame with noise of its own in each cell. */
function noisy(deviation: number, seed: number, change: (column: number, row: number) => number = () => 0) {
  const grain = noise(deviation, seed);
  return sceneCells((value, column, row) => value + grain() + change(column, row));
}

/** A pattern as uneven as a face, 5 by 5 cells, whose mean is 0, at a cell. */
const pattern = [1, 1, -1, 1, 1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, -1, -1, 1, -1, -1, 1, 1, -1];
const flat = pattern.map((value) => value - pattern.reduce((sum, each) => sum + each, 0) / 25);
const spot = (left: number, top: number, level: (index: number) => number) => (column: number, row: number) =>
  column >= left && column < left + 5 && row >= top && row < top + 5 ? level((row - top) * 5 + column - left) : 0;

describe('changes of a scene', () => {
  it.each([0, 0.5, 1, 2, 4])('are next to none where there is only noise of %s levels', (deviation) => {
    for (const seed of [1, 2, 3]) expect(changed(noisy(deviation, seed), noisy(deviation, seed + 10)).length).toBeLessThanOrEqual(2);
  });

  it('are few where neighbouring cells have the same noise, as a camera that smooths it makes', () => {
    const smooth = (seed: number) => {
      const grain = noise(2, seed);
      const grains = Array.from({ length: 80 * 46 }, grain);
      return sceneCells((value, column, row) => value + grains[Math.floor(row / 3) * 80 + Math.floor(column / 3)]!);
    };
    for (const seed of [1, 2]) expect(changed(smooth(seed), smooth(seed + 10)).length).toBeLessThan(25);
  });

  it.each([
    [0, 3],
    [1, 4],
    [2, 7],
    [4, 14],
  ])('in noise of %s levels show 20 pixels that are %s levels brighter or darker, wherever they are', (deviation, level) => {
    for (const [left, top] of [
      [0, 0],
      [101, 77],
      [163, 102],
      [235, 131],
    ] as const)
      for (const sign of [1, -1]) {
        const found = changed(
          noisy(deviation, 1),
          noisy(
            deviation,
            2,
            spot(left, top, () => sign * level),
          ),
        );
        expect(found).toContainEqual([Math.floor((left + 2) / 8), Math.floor((top + 2) / 8)]);
        expect(found.length).toBeLessThanOrEqual(9 + 4);
      }
  });

  it('show a pattern of 20 pixels as bright as what was there before', () => {
    const found = changed(
      noisy(1, 1),
      noisy(
        1,
        2,
        spot(124, 100, (index) => 12 * flat[index]!),
      ),
    );
    expect(found).toContainEqual([15, 12]);
  });

  it('leave streaks out that are narrower than half a face, as rain is', () => {
    const streak = (column: number, row: number) => (column % 30 < 2 && row % 34 < 12 ? 40 : 0);
    const wider = (column: number, row: number) => (column % 30 < 5 && row % 34 < 12 ? 40 : 0);
    expect(changed(noisy(1, 1), noisy(1, 2, streak)).length).toBeLessThan(25);
    expect(changed(noisy(1, 1), noisy(1, 2, wider)).length).toBeGreaterThan(100);
  });

  it('show a dim face although a third of the frame moves', () => {
    const leaves = noise(40, 5);
    const moving = (column: number, row: number) => (column < 80 ? leaves() : spot(164, 100, () => 5)(column, row));
    const found = changed(noisy(1, 1), noisy(1, 2, moving));
    expect(found).toContainEqual([20, 12]);
    expect(found.filter(([column]) => column > 12).length).toBeLessThanOrEqual(4);
  });

  it('are everywhere, or cannot be told, where noise is so strong that it hides a face', () => {
    const grain = (seed: number) => {
      const blotches = Array.from({ length: 30 * 17 }, noise(12, seed));
      return sceneCells((value, column, row) => value + blotches[(row >> 3) * 30 + (column >> 3)]!);
    };
    const changes = findChanges(grain(1), grain(2));
    expect(changes === undefined || placesOf(changes.blocks).length > 400).toBe(true);
  });

  it.each([
    ['brighter', (value: number) => value * 1.15],
    ['darker', (value: number) => value * 0.6],
    ['evened out, as by infrared light', (value: number) => 90 + value * 0.2],
  ])('know a change of light: %s', (_, light) => {
    expect(findChanges(sceneCells(), sceneCells(light))?.light).toBe(true);
  });

  it('do not take drifting light for a change, nor hide a face in it', () => {
    const drift = sceneCells((value, column, row) => value * 1.015 + spot(124, 100, () => 8)(column, row));
    const changes = findChanges(sceneCells(), drift)!;
    expect(changes.light).toBe(false);
    expect(placesOf(changes.blocks)).toContainEqual([15, 12]);
    expect(placesOf(changes.blocks).length).toBeLessThanOrEqual(4);
  });

  it('show a face although most of the frame does not differ at all', () => {
    const spotOnly = sceneCells((value, column, row) => value + spot(124, 100, () => 30)(column, row));
    const found = changed(sceneCells(), spotOnly);
    expect(found).toContainEqual([15, 12]);
    expect(found.length).toBeLessThanOrEqual(4);
  });

  it('are next to none where a third of the frame is black, and only the rest has noise', () => {
    const dark = (seed: number) => {
      const grain = noise(2, seed);
      return sceneCells((value, column) => (column < 80 ? 0 : value + grain()));
    };
    for (const seed of [1, 2, 3]) expect(changed(dark(seed), dark(seed + 10)).length).toBeLessThanOrEqual(2);
  });

  it('are found in a frame of any size', () => {
    const small = { columns: 3, rows: 2, brightness: new Uint8Array(6) };
    expect(findChanges(small, small)?.blocks).toEqual(Uint8Array.of(0));
  });
});
