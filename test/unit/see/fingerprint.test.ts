import { cellsOf, fingerprintOf, sameFrame, type Cells } from '@watchpost/see/picture/fingerprint';
import { expect, it } from 'vitest';

const size = cellsOf(1920, 1080);

/** A scene of gradients and edges; `change` may alter cells. */
function scene(change: (value: number, column: number, row: number) => number = (value) => value): Cells {
  const brightness = Uint8Array.from({ length: size.columns * size.rows }, (_, index) => {
    const [column, row] = [index % size.columns, Math.floor(index / size.columns)];
    const value = 60 + (column / size.columns) * 100 + (row % 20 < 10 ? 30 : 0);
    return change(value, column, row);
  });
  return { ...size, brightness };
}

/** Deterministic, roughly normally distributed noise. */
function noise(deviation: number, seed: number): (value: number) => number {
  let state = seed;
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648;
  return (value) => value + deviation * (next() + next() + next() + next() + next() + next() - 3) * Math.SQRT2;
}

it('divides a 1080p frame into cells of 8 pixels, and larger frames into as many cells', () => {
  expect(size).toEqual({ columns: 240, rows: 135 });
  expect(cellsOf(3840, 2160)).toEqual({ columns: 240, rows: 135 });
  expect(cellsOf(64, 48)).toEqual({ columns: 8, rows: 6 });
});

it('a frame is the same as itself, also with weak noise', () => {
  const fingerprint = fingerprintOf(scene());
  expect(sameFrame(fingerprint, fingerprintOf(scene()))).toBe(true);
  expect(sameFrame(fingerprint, fingerprintOf(scene(noise(0.5, 7))))).toBe(true);
});

it('one cell that changes as a dim face changes it makes the frame new, wherever it is', () => {
  const before = fingerprintOf(scene());
  for (const place of [0, 1, 239, 240, 16_000, 32_399]) {
    const after = scene();
    after.brightness[place] = after.brightness[place]! + 8;
    expect(sameFrame(before, fingerprintOf(after))).toBe(false);
    after.brightness[place] -= 16;
    expect(sameFrame(before, fingerprintOf(after))).toBe(false);
  }
});

it('strong noise makes a frame new: it could hide something', () => {
  expect(sameFrame(fingerprintOf(scene(noise(3, 1))), fingerprintOf(scene(noise(3, 2))))).toBe(false);
});

it('a change of exposure makes a frame new', () => {
  expect(sameFrame(fingerprintOf(scene()), fingerprintOf(scene((value) => value * 1.08)))).toBe(false);
});

it('brightness at both ends survives packing', () => {
  const extremes = scene((_, column) => (column % 2 ? 255 : 0));
  expect(sameFrame(fingerprintOf(extremes), fingerprintOf(extremes))).toBe(true);
  expect(sameFrame(fingerprintOf(extremes), fingerprintOf(scene((_, column) => (column % 2 ? 0 : 255))))).toBe(false);
});

it('frames of different sizes, and bytes that are not a fingerprint, are never the same', () => {
  const fingerprint = fingerprintOf(scene());
  const turned = fingerprintOf({ columns: size.rows, rows: size.columns, brightness: scene().brightness });
  expect(sameFrame(fingerprint, turned)).toBe(false);
  for (const broken of [new Uint8Array(), Uint8Array.of(1, 2, 3), fingerprint.subarray(0, fingerprint.length / 2)]) {
    expect(sameFrame(broken, broken)).toBe(false);
    expect(sameFrame(fingerprint, broken)).toBe(false);
  }
});

it('is small enough to be stored with every snapshot', () => {
  expect(fingerprintOf(scene(noise(2, 3))).length).toBeLessThan(24_000);
});

it('compares large, noisy frames to their last cell, although most differ in their first rows', () => {
  const noisy = (seed: number) => scene(noise(6, seed));
  const before = fingerprintOf(noisy(3));
  expect(before.length).toBeGreaterThan(2_000);
  expect(sameFrame(before, fingerprintOf(noisy(3)))).toBe(true);
  expect(sameFrame(before, fingerprintOf(noisy(4)))).toBe(false);
  const atTheEnd = noisy(3);
  atTheEnd.brightness[32_399] = atTheEnd.brightness[32_399]! ^ 0x40;
  expect(sameFrame(before, fingerprintOf(atTheEnd))).toBe(false);
});
