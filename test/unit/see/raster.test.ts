import { createPyramid, cutSquare, cutView, levelFor, type Raster } from '@watchpost/see/picture/raster';
import { expect, it } from 'vitest';

/** Red increases to the right, green downwards, blue is 100. */
function gradient(width: number, height: number, channels: 3 | 4 = 3): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) data.set([x, y, 100, 255].slice(0, channels), (y * width + x) * channels);
  return { data, width, height, channels };
}

const pixel = ({ data, width }: Raster, x: number, y: number): number[] => [...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)];

it('cuts a view pixel by pixel, from three and from four channels', () => {
  for (const channels of [3, 4] as const) {
    const view = cutView(createPyramid(gradient(200, 100, channels)), 40, 20, 64, 32, 1);
    expect([view.width, view.height, view.channels]).toEqual([64, 32, 3]);
    expect(pixel(view, 0, 0)).toEqual([40, 20, 100]);
    expect(pixel(view, 63, 31)).toEqual([103, 51, 100]);
  }
});

it('averages when it shrinks', () => {
  for (const channels of [3, 4] as const) {
    const view = cutView(createPyramid(gradient(200, 100, channels)), 0, 0, 32, 32, 2);
    expect(pixel(view, 10, 5)).toEqual([21, 11, 100]);
  }
});

it('repeats the edge pixels outside the picture', () => {
  const view = cutView(createPyramid(gradient(50, 40)), 30, 20, 64, 64, 1);
  expect(pixel(view, 63, 63)).toEqual([49, 39, 100]);
});

it('takes the level at which a cut shrinks by less than two', () => {
  expect([2, 1, 0.6, 0.5, 0.3, 0.25, 0.1].map(levelFor)).toEqual([0, 0, 0, 1, 1, 2, 3]);
});

it('rotates a square upright, and mirrors it', () => {
  const pyramid = createPyramid(gradient(200, 200));
  const upright = cutSquare(pyramid, { x: 100, y: 100, side: 40, angle: 0 }, 40);
  expect(pixel(upright, 0, 0)).toEqual([80, 80, 100]);
  const mirrored = cutSquare(pyramid, { x: 100, y: 100, side: 40, angle: 0 }, 40, true);
  expect(pixel(mirrored, 39, 0)).toEqual([80, 80, 100]);
  // A quarter turn: the top right corner becomes the top left one.
  const turned = cutSquare(pyramid, { x: 100, y: 100, side: 40, angle: Math.PI / 2 }, 40);
  expect(pixel(turned, 0, 0)).toEqual([119, 80, 100]);
});

it('cuts the same from three and from four channels, upright, turned and beyond the edges', () => {
  // Waves, so that neighbouring pixels differ, by 20 levels at most.
  const wave = (x: number, y: number, c: number): number => Math.round(128 + 60 * Math.sin(x / 7 + c) + 60 * Math.cos(y / 5 - c));
  const picture = (channels: 3 | 4): Raster => {
    const data = new Uint8Array(300 * 200 * channels);
    for (let y = 0; y < 200; y += 1)
      for (let x = 0; x < 300; x += 1) for (let c = 0; c < channels; c += 1) data[(y * 300 + x) * channels + c] = wave(x, y, c);
    return { data, width: 300, height: 200, channels };
  };
  const [slow, fast] = [createPyramid(picture(3)), createPyramid(picture(4))];
  const largest = (a: Raster, b: Raster): number =>
    a.data.reduce((most, value, index) => Math.max(most, Math.abs(value - b.data[index]!)), 0);
  for (const step of [0.4, 1.3, 1.9])
    expect(largest(cutView(slow, -20, 30, 160, 96, step), cutView(fast, -20, 30, 160, 96, step))).toBeLessThanOrEqual(2);
  for (const angle of [0, 0.3, -2, Math.PI])
    for (const mirrored of [false, true]) {
      const square = { x: 280, y: 20.5, side: 90, angle };
      expect(largest(cutSquare(slow, square, 112, mirrored), cutSquare(fast, square, 112, mirrored))).toBeLessThanOrEqual(2);
    }
  // From a shrunk level, whose means are rounded in another way.
  expect(largest(cutView(slow, 0, 0, 96, 64, 2.8), cutView(fast, 0, 0, 96, 64, 2.8))).toBeLessThanOrEqual(3);
});

it('cuts far to the right of a picture as wide as a JPEG may be, from three and from four channels', () => {
  const wide = (channels: 3 | 4): Raster => {
    const data = new Uint8Array(65_500 * 20 * channels);
    for (let index = 0; index < data.length; index += 1) data[index] = Math.floor(index / channels / 300) % 256;
    return { data, width: 65_500, height: 20, channels };
  };
  const square = { x: 60_000, y: 10, side: 12, angle: 0.2 };
  const [slow, fast] = [3, 4].map((channels) => cutSquare(createPyramid(wide(channels as 3 | 4)), square, 12).data);
  expect(fast).toEqual(slow);
});
