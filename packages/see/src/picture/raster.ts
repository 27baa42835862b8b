import { resample, wordsOf, type Path } from './resample.ts';

/** A picture in memory: one byte per channel, top row first. */
export interface Raster {
  data: Uint8Array;
  width: number;
  height: number;
  /** RGB, or RGB and an ignored fourth byte, as some decoders produce it: removing it would cost a copy. Cuts are always RGB. */
  channels: 3 | 4;
}

/** A square in a picture: centre and side in the picture's pixels, rotated by `angle` (radians, clockwise as seen). */
export interface Square {
  x: number;
  y: number;
  side: number;
  angle: number;
}

/**
 * A picture at full size, half size, and so on; levels are made on first use. Shrinking by sampling alone would skip pixels,
 * so a cut is taken from the level from which it shrinks by less than two.
 */
export interface Pyramid {
  readonly width: number;
  readonly height: number;
  /** Level 0 is the picture itself; each further level is half as wide and high. */
  level(index: number): Raster;
}

export function createPyramid(picture: Raster): Pyramid {
  const levels = [picture];
  const level = (index: number): Raster => {
    const known = levels[index];
    if (known) return known;
    const made = halved(level(index - 1));
    levels[index] = made;
    return made;
  };
  return { width: picture.width, height: picture.height, level };
}

/** The level to sample from if one pixel of the picture becomes `scale` pixels of the result. */
export function levelFor(scale: number): number {
  return Math.max(0, Math.floor(Math.log2(1 / scale) + 0.01));
}

/** Averages blocks of two by two pixels; an odd last row or column is dropped. */
function halved(picture: Raster): Raster {
  const words = wordsOf(picture);
  return words ? halvedByWords(words, picture) : halvedByBytes(picture);
}

/** All four channels of a pixel at once, as a 32-bit number. Three times as fast as byte by byte. */
function halvedByWords(source: Uint32Array, { width, height }: Raster): Raster {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const result = new Uint32Array(w * h);
  const right = width > 1 ? 1 : 0;
  const below = height > 1 ? width : 0;
  let to = 0;
  for (let y = 0; y < h; y += 1) {
    let from = y * 2 * width;
    for (let x = 0; x < w; x += 1) {
      const a = source[from] ?? 0;
      const b = source[from + right] ?? 0;
      const c = source[from + below] ?? 0;
      const d = source[from + below + right] ?? 0;
      // Means of bytes without carries between them, rounded down and up alternately (Warren, Hacker's Delight, 2-5).
      const upper = (a & b) + (((a ^ b) & 0xfefefefe) >>> 1);
      const lower = (c | d) - (((c ^ d) & 0xfefefefe) >>> 1);
      result[to] = (upper | lower) - (((upper ^ lower) & 0xfefefefe) >>> 1);
      from += 2;
      to += 1;
    }
  }
  return { data: new Uint8Array(result.buffer), width: w, height: h, channels: 4 };
}

function halvedByBytes({ data, width, height, channels }: Raster): Raster {
  const w = Math.max(1, width >> 1);
  const h = Math.max(1, height >> 1);
  const result = new Uint8Array(w * h * 3);
  const right = width > 1 ? channels : 0;
  const below = height > 1 ? width * channels : 0;
  const skip = 2 * channels - 3;
  let to = 0;
  for (let y = 0; y < h; y += 1) {
    let from = y * 2 * width * channels;
    for (let x = 0; x < w; x += 1) {
      for (let c = 0; c < 3; c += 1) {
        const under = from + below;
        result[to] = ((data[from] ?? 0) + (data[from + right] ?? 0) + (data[under] ?? 0) + (data[under + right] ?? 0) + 2) >> 2;
        from += 1;
        to += 1;
      }
      from += skip;
    }
  }
  return { data: result, width: w, height: h, channels: 3 };
}

/**
 * A square of the picture, rotated upright and resampled bilinearly to `side` by `side` pixels. Beyond the picture its edge pixels are
 * repeated. `mirrored`: left and right swapped.
 */
export function cutSquare(pyramid: Pyramid, square: Square, side: number, mirrored = false): Raster {
  const step = square.side / side;
  const cos = Math.cos(square.angle) * step;
  const sin = Math.sin(square.angle) * step;
  const across = mirrored ? -1 : 1;
  const half = (side - 1) / 2;
  // Pixel centres are at .5: pixel 0 covers 0 to 1.
  const startX = square.x - across * half * cos + half * sin;
  const startY = square.y - across * half * sin - half * cos;
  return sample(pyramid, side, side, { startX, startY, acrossX: across * cos, acrossY: across * sin, downX: -sin, downY: cos }, step);
}

/** An upright rectangle of the picture from (x, y); each result pixel is `step` picture pixels wide. Beyond the picture its edge pixels are repeated. */
export function cutView(pyramid: Pyramid, x: number, y: number, width: number, height: number, step: number): Raster {
  const copied = copyView(pyramid, x, y, width, height, step);
  if (copied) return copied;
  const path = { startX: x + step / 2, startY: y + step / 2, acrossX: step, acrossY: 0, downX: 0, downY: step };
  return sample(pyramid, width, height, path, step);
}

/** `cutView` by copying rows, if the view lies inside a level and on its pixels. */
function copyView(pyramid: Pyramid, x: number, y: number, width: number, height: number, step: number): Raster | undefined {
  const index = Math.log2(step);
  if (index < 0 || !Number.isInteger(index)) return undefined;
  const level = pyramid.level(index);
  const left = x / step;
  const top = y / step;
  if (!Number.isInteger(left) || !Number.isInteger(top)) return undefined;
  if (left < 0 || top < 0 || left + width > level.width || top + height > level.height) return undefined;
  const { data: source, channels } = level;
  const data = new Uint8Array(width * height * 3);
  for (let row = 0; row < height; row += 1) {
    const from = ((top + row) * level.width + left) * channels;
    const to = row * width * 3;
    if (channels === 3) data.set(source.subarray(from, from + width * 3), to);
    else copyRow(source, from, data, to, width);
  }
  return { data, width, height, channels: 3 };
}

/** From four bytes per pixel to three. */
function copyRow(source: Uint8Array, from: number, data: Uint8Array, to: number, width: number): void {
  for (let pixel = 0, read = from, write = to; pixel < width; pixel += 1, read += 4, write += 3) {
    data[write] = source[read] ?? 0;
    data[write + 1] = source[read + 1] ?? 0;
    data[write + 2] = source[read + 2] ?? 0;
  }
}

/** Takes the cut from the level from which it shrinks by less than two. */
function sample(pyramid: Pyramid, width: number, height: number, path: Path, step: number): Raster {
  const index = levelFor(1 / step);
  const shrink = 2 ** -index;
  return resample(pyramid.level(index), width, height, {
    // From edges of pixels to their centres.
    startX: path.startX * shrink - 0.5,
    startY: path.startY * shrink - 0.5,
    acrossX: path.acrossX * shrink,
    acrossY: path.acrossY * shrink,
    downX: path.downX * shrink,
    downY: path.downY * shrink,
  });
}
