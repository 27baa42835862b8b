import type { Box } from '@watchpost/shared/records/snapshot-record';
import sharp from 'sharp';
import { centre } from './geometry.ts';
import { createPyramid, cutView, type Raster } from './raster.ts';

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
export async function cropFace(picture: Raster, box: Box): Promise<Uint8Array> {
  const side = Math.max(1, Math.round(Math.max(box.width, box.height) * around));
  const { x, y } = centre(box);
  // At full size first: rows are copied, and shrunk by the encoder's library. Beyond the picture's edge its edge pixels go on.
  const { data } = cutView(createPyramid(picture), Math.round(x - side / 2), Math.round(y - side / 2), side, side, 1);
  const square = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  const small = side > longestSide ? square.resize(longestSide, longestSide) : square;
  return new Uint8Array(await small.jpeg({ quality: jpegQuality }).toBuffer());
}
