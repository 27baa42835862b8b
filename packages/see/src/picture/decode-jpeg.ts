import { createCanvas, loadImage } from '@napi-rs/canvas';
import type { Raster } from './raster.ts';

/**
 * Decodes an ordinary JPEG (RGB, upright) twice as fast as sharp, to the same pixels. The missing part of a truncated file is black.
 * Resolves to undefined if it cannot decode the file, or finds a size other than the header's: then sharp should try.
 */
export async function decodeJpeg(bytes: Uint8Array, width: number, height: number): Promise<Raster | undefined> {
  const image = await loadImage(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).catch(() => undefined);
  if (!image || image.width !== width || image.height !== height) return undefined;
  const canvas = createCanvas(width, height);
  // With alpha, reading the pixels would divide each by it, which costs as much as decoding.
  canvas.getContext('2d', { alpha: false }).drawImage(image, 0, 0);
  const data = canvas.data();
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height, channels: 4 };
}
