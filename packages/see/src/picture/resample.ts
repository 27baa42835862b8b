import type { Raster } from './raster.ts';

/** Where the result's pixels lie in the source: the centre of the first one, and the steps to its right and lower neighbours. */
export interface Path {
  startX: number;
  startY: number;
  acrossX: number;
  acrossY: number;
  downX: number;
  downY: number;
}

/** A raster's pixels as 32-bit numbers; undefined if they are not four bytes each. */
export function wordsOf({ data, width, height, channels }: Raster): Uint32Array | undefined {
  return channels === 4 && data.byteOffset % 4 === 0 ? new Uint32Array(data.buffer, data.byteOffset, width * height) : undefined;
}

/** Places in 1/65536 pixel must be numbers of 31 bits. */
const longestForWords = 32_768;

/** Bilinear, RGB. Beyond the source its edge pixels are repeated. */
export function resample(source: Raster, width: number, height: number, path: Path): Raster {
  const data = new Uint8Array(width * height * 3);
  const words = Math.max(source.width, source.height) <= longestForWords ? wordsOf(source) : undefined;
  if (words) fromWords(words, source, { data, width, height }, path);
  else fromBytes(source, { data, width, height }, path);
  return { data, width, height, channels: 3 };
}

type Result = Pick<Raster, 'data' | 'width' | 'height'>;

/**
 * Places are in steps of 1/65536 pixel, weights in steps of 1/256: that differs from `fromBytes` by one or two levels of 255, and takes
 * half the time. Red and blue of a pixel are weighted at once, 16 bits apart.
 */
function fromWords(
  source: Uint32Array,
  { width: sourceWidth, height: sourceHeight }: Raster,
  { data, width, height }: Result,
  path: Path,
): void {
  const fixed = (value: number): number => Math.round(value * 65_536);
  const [endX, endY] = [fixed(sourceWidth - 1), fixed(sourceHeight - 1)];
  const [acrossX, acrossY] = [fixed(path.acrossX), fixed(path.acrossY)];
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    let x = fixed(path.startX + row * path.downX);
    let y = fixed(path.startY + row * path.downY);
    for (let column = 0; column < width; column += 1) {
      const atX = x < 0 ? 0 : x > endX ? endX : x;
      const atY = y < 0 ? 0 : y > endY ? endY : y;
      const upper = (atY >> 16) * sourceWidth + (atX >> 16);
      const right = atX < endX ? 1 : 0;
      const lower = atY < endY ? upper + sourceWidth : upper;
      const partX = (atX >> 8) & 255;
      const partY = (atY >> 8) & 255;
      const d = (partX * partY + 128) >> 8;
      const b = partX - d;
      const c = partY - d;
      const a = 256 - partX - c;
      const pixelA = source[upper] ?? 0;
      const pixelB = source[upper + right] ?? 0;
      const pixelC = source[lower] ?? 0;
      const pixelD = source[lower + right] ?? 0;
      const outer =
        Math.imul(pixelA & 0xff00ff, a) +
        Math.imul(pixelB & 0xff00ff, b) +
        Math.imul(pixelC & 0xff00ff, c) +
        Math.imul(pixelD & 0xff00ff, d) +
        0x800080;
      const green = ((pixelA >> 8) & 255) * a + ((pixelB >> 8) & 255) * b + ((pixelC >> 8) & 255) * c + ((pixelD >> 8) & 255) * d + 128;
      data[to] = outer >> 8;
      data[to + 1] = green >> 8;
      data[to + 2] = outer >>> 24;
      to += 3;
      x += acrossX;
      y += acrossY;
    }
  }
}

function fromBytes(
  { data: source, width: sourceWidth, height: sourceHeight, channels }: Raster,
  { data, width, height }: Result,
  path: Path,
): void {
  const maxX = sourceWidth - 1;
  const maxY = sourceHeight - 1;
  const stride = sourceWidth * channels;
  let to = 0;
  for (let row = 0; row < height; row += 1) {
    let x = path.startX + row * path.downX;
    let y = path.startY + row * path.downY;
    for (let column = 0; column < width; column += 1) {
      const clampedX = x < 0 ? 0 : x > maxX ? maxX : x;
      const clampedY = y < 0 ? 0 : y > maxY ? maxY : y;
      const x0 = clampedX | 0;
      const y0 = clampedY | 0;
      const partX = clampedX - x0;
      const partY = clampedY - y0;
      const upper = y0 * stride + x0 * channels;
      const lower = y0 < maxY ? upper + stride : upper;
      const right = x0 < maxX ? channels : 0;
      for (let c = 0; c < 3; c += 1) {
        const a = source[upper + c] ?? 0;
        const b = source[lower + c] ?? 0;
        const top = a + ((source[upper + right + c] ?? 0) - a) * partX;
        const bottom = b + ((source[lower + right + c] ?? 0) - b) * partX;
        data[to] = top + (bottom - top) * partY + 0.5;
        to += 1;
      }
      x += path.acrossX;
      y += path.acrossY;
    }
  }
}
