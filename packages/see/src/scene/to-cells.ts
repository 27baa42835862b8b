import type { Cells } from '../picture/fingerprint.ts';
import { levelFor, type Pyramid } from '../picture/raster.ts';
import { cellSide } from './scene.ts';

/** The brightness (ITU-R BT.601) of a picture's cells: the pixels of a level of its pyramid, two of which the coarse pass needs anyway. */
export function toCells(picture: Pyramid): Cells {
  const { data, width, height, channels } = picture.level(levelFor(1 / cellSide));
  const brightness = new Uint8Array(width * height);
  for (let index = 0, from = 0; index < brightness.length; index += 1, from += channels)
    brightness[index] = (77 * (data[from] ?? 0) + 150 * (data[from + 1] ?? 0) + 29 * (data[from + 2] ?? 0) + 128) >> 8;
  return { columns: width, rows: height, brightness };
}
