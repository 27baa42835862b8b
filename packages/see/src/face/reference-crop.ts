import { centre, type Box } from '@watchpost/shared/geometry';
import sharp from 'sharp';
import { cutView, type Pyramid } from '../picture/raster.ts';

/** Faces with a smaller `SeenFace.sizePx` never become references, so they get no crop. Pixels. */
export const minCropSizePx = 40;

/** Sides of the crop per side of the face's box: room for the detector to find the face again, and for the margin of any model. */
const around = 2;
const maxSide = 256;
const jpegQuality = 90;

/**
 * A small JPEG of a face: the upright square around its box, twice as wide, at most 256 pixels. It is stored with a reference
 * face, so that another model can find, align and embed the face again. `box` in pixels of `picture`.
 */
export async function cropFace(picture: Pyramid, box: Box): Promise<Uint8Array> {
  const wide = Math.max(box.width, box.height) * around;
  // Copied from the level just above the crop's size, then shrunk by sharp. Beyond the picture its edge pixels are repeated.
  const step = 2 ** Math.max(0, Math.floor(Math.log2(wide / maxSide)));
  const side = Math.max(1, Math.round(wide / step));
  const { x, y } = centre(box);
  const start = (middle: number): number => Math.round((middle - wide / 2) / step) * step;
  const { data } = cutView(picture, start(x), start(y), side, side, step);
  const square = sharp(data, { raw: { width: side, height: side, channels: 3 } });
  const small = side > maxSide ? square.resize(maxSide, maxSide) : square;
  return new Uint8Array(await small.jpeg({ quality: jpegQuality }).toBuffer());
}
