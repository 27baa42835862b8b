import { AppError, toAppError } from '@watchpost/shared/errors';
import sharp from 'sharp';
import type { Raster } from '../raster.ts';
import { decodeBitmap, bitmapSize } from './bitmap.ts';
import { sniff } from './sniff.ts';

export interface DecodeLimits {
  /** More than this is refused by the header, before a pixel is decoded. */
  maxPixels: number;
  /** More than this is shrunk while it is decoded, so that memory stays bounded. */
  workPixels: number;
}

/** An upright picture. */
export interface Decoded {
  picture: Raster;
  /** Size of the upright file; the picture is smaller where the file has more than `workPixels`. */
  width: number;
  height: number;
}

// One thread a picture: parallelism comes from the inference threads. The cache would only hold pictures that never come again.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes an image file: JPEG, PNG, WebP, GIF (first frame), AVIF, TIFF, BMP, ICO; upright by its EXIF orientation.
 * Of a truncated file the intact part is decoded, the rest is grey or black.
 * Rejects with `image-empty`, `image-format-unsupported`, `image-format-heic`, `image-corrupt`, `image-too-many-pixels`.
 */
export async function decode(bytes: Uint8Array, limits: DecodeLimits): Promise<Decoded> {
  if (bytes.length === 0) throw new AppError('image-empty', 'the file has no bytes');
  const format = sniff(bytes);
  if (!format) throw new AppError('image-format-unsupported', 'the file is none of the known image formats');
  if (format === 'heic') throw new AppError('image-format-heic', 'HEIC cannot be decoded here');
  try {
    if (format !== 'bmp' && format !== 'ico') return await decodeWithSharp(bytes, limits);
    const { width, height } = bitmapSize(bytes, format);
    checkSize(width, height, limits.maxPixels);
    return await decodeWithSharp(await decodeBitmap(bytes), limits);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('image-corrupt', `the ${format} file cannot be decoded`, { cause: toAppError(error) });
  }
}

async function decodeWithSharp(
  source: Uint8Array | { data: Uint8Array; width: number; height: number },
  limits: DecodeLimits,
): Promise<Decoded> {
  const open = () =>
    source instanceof Uint8Array
      ? sharp(source, { limitInputPixels: false, failOn: 'none', sequentialRead: true })
      : sharp(source.data, { raw: { width: source.width, height: source.height, channels: 4 } });
  const { autoOrient } = await open().metadata();
  const { width, height } = autoOrient;
  checkSize(width, height, limits.maxPixels);
  const shrink = Math.min(1, Math.sqrt(limits.workPixels / (width * height)));
  let pipeline = open().autoOrient().flatten({ background: '#808080' }).toColourspace('srgb');
  if (shrink < 1)
    pipeline = pipeline.resize(Math.max(1, Math.round(width * shrink)), Math.max(1, Math.round(height * shrink)), { fit: 'fill' });
  const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
  return { picture: { data: threeChannels(data, info.channels), width: info.width, height: info.height }, width, height };
}

function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels)
    throw new AppError(
      'image-too-many-pixels',
      `the picture has ${width} by ${height} pixels, more than the ${maxPixels} that are allowed`,
    );
  if (!(width * height > 0)) throw new AppError('image-corrupt', 'the picture has no size');
}

/** Grey pictures come with one channel. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const result = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1)
    for (let c = 0; c < 3; c += 1) result[pixel * 3 + c] = data[pixel * channels + (channels > 2 ? c : 0)] ?? 0;
  return result;
}
