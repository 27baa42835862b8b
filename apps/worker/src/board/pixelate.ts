import type { Box } from '@watchpost/shared/geometry';
import type { Raster } from '@watchpost/see/picture/raster';

/** A face becomes so many blocks across and down: too few to tell anybody by, whatever is done to them afterwards. */
const blocks = 4;
/** A box is drawn tight around a face: hair and ears go with it. */
const larger = 1.6;

/** The picture with these boxes, and what is around them, as a few blocks of one colour each. Pure. */
export function pixelate(picture: Raster, boxes: readonly Box[]): Raster {
  const data = new Uint8Array(picture.data);
  for (const box of boxes) {
    const width = box.width * larger;
    const height = box.height * larger;
    const left = box.x - (width - box.width) / 2;
    const top = box.y - (height - box.height) / 2;
    for (let row = 0; row < blocks; row += 1)
      for (let column = 0; column < blocks; column += 1)
        flatten({ ...picture, data }, edges(left, width, column, picture.width), edges(top, height, row, picture.height));
  }
  return { ...picture, data };
}

/** From where to where a block reaches, within the picture, pixels; the end is exclusive. */
function edges(start: number, size: number, index: number, limit: number): [number, number] {
  const at = (part: number): number => Math.min(Math.max(Math.round(start + (size * part) / blocks), 0), limit);
  return [at(index), at(index + 1)];
}

/** Gives a rectangle its mean colour. */
function flatten({ data, width, channels }: Raster, [left, right]: [number, number], [top, bottom]: [number, number]): void {
  const pixels = (right - left) * (bottom - top);
  if (pixels <= 0) return;
  for (let channel = 0; channel < 3; channel += 1) {
    let sum = 0;
    for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) sum += data[(y * width + x) * channels + channel] ?? 0;
    const mean = Math.round(sum / pixels);
    for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) data[(y * width + x) * channels + channel] = mean;
  }
}
