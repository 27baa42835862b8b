import { AppError, toAppError } from '@watchpost/shared/errors';
import { sniff } from '@watchpost/shared/sniff';
import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';
import sharp, { type Sharp } from 'sharp';
import { jpegWithProductId, readProductId, xmpOfProductId } from './picture/product-id.ts';

/** Decoded pixels, of formats that this package cannot decode (BMP, ICO). Rows from the top. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  channels: 3 | 4;
}

export interface PrepareOptions {
  /** Wider ones are made smaller; narrower ones stay as they are. */
  widthPx: number;
  /** The product id of the original is kept; where it has none it gets `productId`. Null: neither. */
  productId: string | null;
  /** Larger ones are refused before they are decoded; all frames of an animation together. */
  mostPixels: number;
  /** An animation that stays larger becomes its first frame: readers on a phone load it too. Default 4 MiB. */
  mostAnimatedBytes?: number;
}

export interface PreparedPicture {
  bytes: Uint8Array;
  mimeType: string;
  extension: OutputFormat;
  widthPx: number;
  heightPx: number;
}

type OutputFormat = 'jpg' | 'png' | 'webp' | 'gif';

const mimeTypes = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', gif: 'image/gif' };
/** A picture that takes longer is taken for a broken one. Seconds. */
const timeoutSeconds = 30;
const quality = 82;
/** A larger PNG is a photo if JPEG makes it half as large, bytes. */
const smallBytes = 131_072;

/**
 * Makes a picture that can be published: upright, at most `widthPx` wide, in sRGB, without any metadata but the product id. JPEG, WebP and
 * animated GIF stay what they are; all others become PNG, or JPEG where that is a photo. SVG is no picture here.
 * Rejects with `image-empty`, `image-format-unsupported`, `image-format-heic`, `image-corrupt`, `image-too-many-pixels`.
 */
export async function preparePicture(source: Uint8Array | Pixels, options: PrepareOptions, signal: AbortSignal): Promise<PreparedPicture> {
  throwIfAborted(signal);
  const format = source instanceof Uint8Array ? formatOf(source) : 'pixels';
  try {
    return await raceAbort(prepare(source, format, options), signal);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('image-corrupt', `the ${format} file cannot be decoded: it is damaged or was cut off`, { cause: toAppError(error) });
  }
}

function formatOf(bytes: Uint8Array): string {
  if (bytes.length === 0) throw new AppError('image-empty', 'the file is empty');
  const format = sniff(bytes);
  if (format === 'heic') throw new AppError('image-format-heic', 'HEIC is not supported');
  if (!format || format === 'bmp' || format === 'ico')
    throw new AppError('image-format-unsupported', 'the file has no supported image format');
  return format;
}

async function prepare(source: Uint8Array | Pixels, format: string, options: PrepareOptions): Promise<PreparedPicture> {
  const facts = await open(source).metadata();
  const { autoOrient, pages = 1, orientation = 1, hasAlpha } = facts;
  const height = facts.pageHeight ?? autoOrient.height;
  checkSize(autoOrient.width, height, 1, options.mostPixels);
  const productId = options.productId === null ? null : (readProductId(facts) ?? options.productId);
  if (pages > 1 && orientation === 1 && (format === 'gif' || format === 'webp')) {
    const animated = await animation(source, format, { ...options, pages, productId });
    if (animated) return animated;
  }
  const picture = open(source)
    .autoOrient()
    .resize({ width: options.widthPx, withoutEnlargement: true })
    .timeout({ seconds: timeoutSeconds });
  if (format === 'jpeg') return written(asJpeg(picture), 'jpg', productId);
  if (format === 'webp') return written(picture.webp({ quality }), 'webp', productId);
  return lossless(picture, hasAlpha, productId);
}

/** Damage at the end of a file is no reason to publish half of it. */
const open = (source: Uint8Array | Pixels, animated = false): Sharp =>
  source instanceof Uint8Array
    ? sharp(source, { limitInputPixels: false, failOn: 'truncated', animated })
    : sharp(source.data, { raw: { width: source.width, height: source.height, channels: source.channels } });

const asJpeg = (picture: Sharp): Sharp => picture.flatten({ background: '#ffffff' }).jpeg({ quality, progressive: true });

function checkSize(width: number, height: number, frames: number, mostPixels: number): void {
  if (width * height * frames > mostPixels) {
    const times = frames > 1 ? `${frames} frames of ` : '';
    throw new AppError('image-too-many-pixels', `the picture has ${times}${width} by ${height} pixels; the limit is ${mostPixels} pixels`);
  }
  if (!(width * height > 0)) throw new AppError('image-corrupt', 'the picture is 0 pixels wide or high');
}

/** Null: as an animation it is too large, so its first frame is taken. */
async function animation(
  source: Uint8Array | Pixels,
  format: 'gif' | 'webp',
  { widthPx, mostPixels, mostAnimatedBytes = 4_194_304, pages, productId }: PrepareOptions & { pages: number },
): Promise<PreparedPicture | null> {
  const facts = await open(source, true).metadata();
  if (facts.width * (facts.pageHeight ?? facts.height) * pages > mostPixels) return null;
  const frames = open(source, true).resize({ width: widthPx, withoutEnlargement: true }).timeout({ seconds: timeoutSeconds });
  const made = await written(format === 'gif' ? frames.gif() : frames.webp({ quality }), format, productId);
  return made.bytes.length > mostAnimatedBytes ? null : made;
}

/** PNG, unless it is a photo, of which PNG makes megabytes. What shows through stays PNG. */
async function lossless(picture: Sharp, hasAlpha: boolean, productId: string | null): Promise<PreparedPicture> {
  const png = await written(picture.clone().png(), 'png', productId);
  if (png.bytes.length <= smallBytes || (hasAlpha && !(await picture.clone().stats()).isOpaque)) return png;
  const jpeg = await written(asJpeg(picture.clone()), 'jpg', productId);
  return jpeg.bytes.length < png.bytes.length / 2 ? jpeg : png;
}

async function written(picture: Sharp, extension: OutputFormat, productId: string | null): Promise<PreparedPicture> {
  const takesXmp = productId !== null && (extension === 'png' || extension === 'webp');
  const { data, info } = await (takesXmp ? picture.withXmp(xmpOfProductId(productId)) : picture).toBuffer({ resolveWithObject: true });
  const bytes = productId !== null && extension === 'jpg' ? jpegWithProductId(data, productId) : data;
  const heightPx = info.pageHeight ?? info.height;
  return { bytes: new Uint8Array(bytes), mimeType: mimeTypes[extension], extension, widthPx: info.width, heightPx };
}
