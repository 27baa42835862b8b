import { decode } from '@watchpost/see/picture/decode';
import { createPyramid } from '@watchpost/see/picture/raster';
import { toCells } from '@watchpost/see/scene/to-cells';
import sharp from 'sharp';
import { expect, it } from 'vitest';

const limits = { maxPixels: 100_000_000, workPixels: 12_600_000 };

/** Stripes of 8 pixels, one of them red, and a white square of 8 pixels; 203 by 122 pixels. */
const [width, height] = [203, 122];
const pixels = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
  const [x, y, c] = [Math.floor(index / 3) % width, Math.floor(index / 3 / width), index % 3];
  if (x >= 104 && x < 112 && y >= 64 && y < 72) return 255;
  return x < 8 ? [200, 0, 0][c]! : 40 + (Math.floor(x / 8) % 2) * 60;
});
const picture = () => sharp(pixels, { raw: { width, height, channels: 3 } });
const cellsOf = async (file: Buffer, workPixels = limits.workPixels) =>
  toCells(createPyramid((await decode(file, { ...limits, workPixels })).picture));

it('the cells of a picture are the mean brightness of its squares of four pixels', async () => {
  const { columns, rows, brightness } = await cellsOf(await picture().png().toBuffer());
  expect({ columns, rows, length: brightness.length }).toEqual({ columns: 50, rows: 30, length: 1_500 });
  expect(brightness[16 * columns + 26]).toBe(255);
  expect([0, 2, 4, 24].map((column) => brightness[column])).toEqual([60, 100, 40, 40]);
});

it('cells are nearly the same whichever way the file is decoded', async () => {
  const png = await cellsOf(await picture().png().toBuffer());
  const jpeg = picture().jpeg({ quality: 100, chromaSubsampling: '4:4:4' });
  const turned = await picture().rotate(90).toBuffer({ resolveWithObject: true });
  const sideways = sharp(turned.data, { raw: { width: height, height: width, channels: 3 } }).jpeg({
    quality: 100,
    chromaSubsampling: '4:4:4',
  });
  for (const file of [await jpeg.toBuffer(), await sideways.withMetadata({ orientation: 8 }).toBuffer()]) {
    const cells = await cellsOf(file);
    expect([cells.columns, cells.rows]).toEqual([png.columns, png.rows]);
    expect(Math.max(...cells.brightness.map((value, index) => Math.abs(value - png.brightness[index]!)))).toBeLessThanOrEqual(3);
  }
});

it('the cells of a picture that is shrunk to bound the memory are those of the shrunk one', async () => {
  const { columns, rows } = await cellsOf(await picture().png().toBuffer(), (width * height) / 4);
  expect([columns, rows]).toEqual([25, 15]);
});

it('a picture of one pixel has one cell', () => {
  const data = Uint8Array.of(255, 255, 255, 0);
  expect(toCells(createPyramid({ data, width: 1, height: 1, channels: 4 }))).toEqual({
    columns: 1,
    rows: 1,
    brightness: Uint8Array.of(255),
  });
});
