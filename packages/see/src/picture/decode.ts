import { AppError, toAppError } from '@watchpost/shared/errors';
import sharp from 'sharp';
import { cellsOf, type Cells } from './fingerprint.ts';
import type { Raster } from './raster.ts';
import { bitmapSize, decodeBitmap } from './decode-bitmap.ts';
import { decodeJpeg } from './decode-jpeg.ts';
import type { PixelMemory } from './pixel-memory.ts';
import { sniff } from '@watchpost/shared/sniff';

export interface DecodeLimits {
  /** Larger pictures are rejected by their header, before a pixel is decoded. */
  maxPixels: number;
  /** Larger pictures are shrunk while they are decoded, to bound the memory. */
  workPixels: number;
}

/** An upright picture. */
export interface Decoded {
  picture: Raster;
  /** Size of the upright file in pixels; `picture` is smaller if that is more than `workPixels`. */
  width: number;
  height: number;
}

// One thread per picture: the inference threads run in parallel already. No picture is decoded twice, so a cache would not help.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes an image file (JPEG, PNG, WebP, first frame of a GIF, AVIF, TIFF, BMP, ICO) and turns it upright by its EXIF orientation.
 * The missing part of a truncated file is grey or black. With `memory` the pixels of an ordinary JPEG lie there, and are decoded in less time,
 * but on the calling thread: not for an event loop.
 * Rejects with `image-empty`, `image-format-unsupported`, `image-format-heic`, `image-corrupt`, `image-too-many-pixels`.
 */
export function decode(bytes: Uint8Array, limits: DecodeLimits, memory?: PixelMemory): Promise<Decoded> {
  return withSource(bytes, limits, async (source) => {
    const { width, height, plainJpeg } = await measure(source, limits);
    if (memory && source instanceof Uint8Array && plainJpeg && width * height <= limits.workPixels) {
      const picture = decodeJpeg(source, width, height, memory);
      if (picture) return { picture, width, height };
    }
    const shrink = Math.min(1, Math.sqrt(limits.workPixels / (width * height)));
    let pipeline = open(source).autoOrient().flatten({ background: '#808080' }).toColourspace('srgb');
    if (shrink < 1)
      pipeline = pipeline.resize(Math.max(1, Math.round(width * shrink)), Math.max(1, Math.round(height * shrink)), { fit: 'fill' });
    const { data, info } = await pipeline.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true });
    return { picture: { data: threeChannels(data, info.channels), width: info.width, height: info.height, channels: 3 }, width, height };
  });
}

/** Decodes only the brightness of a frame's cells, at a fraction of the cost: of a JPEG little more than one number per block. Rejects as `decode` does. */
export function decodeCells(bytes: Uint8Array, limits: DecodeLimits): Promise<Cells> {
  return withSource(bytes, limits, async (source) => {
    const { width, height } = await measure(source, limits);
    const { columns, rows } = cellsOf(width, height);
    const { data, info } = await open(source)
      .autoOrient()
      .flatten({ background: '#808080' })
      .resize(columns, rows, { fit: 'fill', kernel: 'mitchell' })
      .greyscale()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { columns, rows, brightness: info.channels === 1 ? data : data.filter((_, index) => index % info.channels === 0) };
  });
}

/** A file that sharp can read, or the decoded pixels of a bitmap. */
type Source = Uint8Array | { data: Uint8Array; width: number; height: number };

const open = (source: Source) =>
  source instanceof Uint8Array
    ? sharp(source, { limitInputPixels: false, failOn: 'none', sequentialRead: true })
    : sharp(source.data, { raw: { width: source.width, height: source.height, channels: 4 } });

async function withSource<T>(bytes: Uint8Array, limits: DecodeLimits, use: (source: Source) => Promise<T>): Promise<T> {
  if (bytes.length === 0) throw new AppError('image-empty', 'the file is empty');
  const format = sniff(bytes);
  if (!format) throw new AppError('image-format-unsupported', 'the file has no supported image format');
  if (format === 'heic') throw new AppError('image-format-heic', 'HEIC is not supported');
  try {
    if (format !== 'bmp' && format !== 'ico') return await use(bytes);
    const { width, height } = bitmapSize(bytes, format);
    checkSize(width, height, limits.maxPixels);
    return await use(await decodeBitmap(bytes));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('image-corrupt', `the ${format} file cannot be decoded`, { cause: toAppError(error) });
  }
}

async function measure(source: Source, { maxPixels }: DecodeLimits): Promise<{ width: number; height: number; plainJpeg: boolean }> {
  const { autoOrient, format, orientation = 1, space, icc, isProgressive } = await open(source).metadata();
  const { width, height } = autoOrient;
  checkSize(width, height, maxPixels);
  // With many scans (progressive) a small file can be made to take minutes. sharp limits them, libjpeg-turbo's interface does not.
  const isPlain = format === 'jpeg' && !isProgressive && orientation === 1 && space === 'srgb';
  return { width, height, plainJpeg: isPlain && (!icc || namesSrgb(icc)) };
}

/** Whether a colour profile says that it is sRGB. Names are stored in one or in two bytes per letter. */
const namesSrgb = (profile: Buffer): boolean => profile.toString('latin1').replaceAll('\0', '').includes('sRGB');

function checkSize(width: number, height: number, maxPixels: number): void {
  if (width * height > maxPixels)
    throw new AppError('image-too-many-pixels', `the picture has ${width} by ${height} pixels; the limit is ${maxPixels} pixels`);
  if (!(width * height > 0)) throw new AppError('image-corrupt', 'the picture is 0 pixels wide or high');
}

/** Grey pictures have one channel, others may have a fourth. */
function threeChannels(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data;
  const pixels = data.length / channels;
  const result = new Uint8Array(pixels * 3);
  for (let pixel = 0; pixel < pixels; pixel += 1)
    for (let c = 0; c < 3; c += 1) result[pixel * 3 + c] = data[pixel * channels + (channels > 2 ? c : 0)] ?? 0;
  return result;
}
