import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Raster } from './raster.ts';

/**
 * Decodes an ordinary JPEG (RGB, upright) at twice the speed of the library that does the others, with the same pixels.
 * Of a truncated file the rest is black. Undefined where it cannot, or finds another size than the header said: the other library shall try.
 */
export async function decodeJpeg(bytes: Uint8Array, width: number, height: number): Promise<Raster | undefined> {
  const image = await loadImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).catch(() => undefined);
  if (!image || image.width !== width || image.height !== height) return undefined;
  const canvas = createCanvas(width, height);
  // Without alpha the pixels need no division on their way out, which would cost as much as decoding.
  canvas.getContext('2d', { alpha: false }).drawImage(image, 0, 0);
  const data = canvas.data();
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height, channels: 4 };
}
