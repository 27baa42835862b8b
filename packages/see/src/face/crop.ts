import type { Box } from '@watchpost/shared/geometry';
import sharp from 'sharp';
import { centre } from '@watchpost/shared/geometry';
import { cutView, type Pyramid } from '../picture/raster.ts';

/** Smaller faces never become references: no crop is made of them. Pixels, of `SeenFace.sizePx`. */
export const minCropSizePx = 40;

/** So much larger than the face's box that the detector finds the face in the crop again and there is room for every margin. */
const around = 2;
const longestSide = 256;
const jpegQuality = 90;

/**
 * A small JPEG of a face: the upright square around its box, twice as wide, at most 256 pixels. It is kept with a reference
 * face, so that another model can find, align and embed it anew. `box` in pixels of `picture`.
 */
export async function cropFace(picture: Pyramid, box: Box): Promise<Uint8Array> {
  const wide = Math.max(box.width, box.height) * around;
  // From the level that is a little larger than the crop: rows are copied, and shrunk by the encoder's library. Beyond the picture's edge its edge pixels go on.
  const step = 2 ** Math.max(0, Math.floor(Math.log2(wide / longestSide)));
  const side = Math.max(1, Math.round(wide / step));
  const { x, y } = centre(box);
  const start = (middle: number): number => Math.round((middle - wide / 2) / step) * step;
  const { data } = cutView(picture, start(x), start(y), side, side, step);
  const square = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  const small = side > longestSide ? square.resize(longestSide, longestSide) : square;
  return new Uint8Array(await small.jpeg({ quality: jpegQuality }).toBuffer());
}
