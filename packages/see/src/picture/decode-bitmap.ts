import { createCanvas, loadImage } from '@napi-rs/canvas';
import { AppError } from '@watchpost/shared/errors';

/** Width and height from the header of a BMP file, or of the largest picture in an ICO file: what decoding costs at most. Throws `image-corrupt`. */
export function bitmapSize(bytes: Uint8Array, format: 'bmp' | 'ico'): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (format === 'bmp') return dibSize(view, 14);
    const count = view.getUint16(4, true);
    const sizes = Array.from({ length: count }, (_, index) => icoEntrySize(view, view.getUint32(6 + index * 16 + 12, true)));
    return sizes.reduce((largest, size) => (size.width * size.height > largest.width * largest.height ? size : largest), {
      width: 0,
      height: 0,
    });
  } catch (error) {
    throw new AppError('image-corrupt', `the header of the ${format} file is truncated`, { cause: error });
  }
}

/** BITMAPCOREHEADER has 16-bit sizes, all later headers have 32-bit ones. A negative height means that the top row comes first. */
function dibSize(view: DataView, offset: number): { width: number; height: number } {
  if (view.getUint32(offset, true) === 12) return { width: view.getUint16(offset + 4, true), height: view.getUint16(offset + 6, true) };
  return { width: Math.abs(view.getInt32(offset + 4, true)), height: Math.abs(view.getInt32(offset + 8, true)) };
}

/** An entry is a PNG file, or a bitmap without a file header whose height includes that of its mask. */
function icoEntrySize(view: DataView, offset: number): { width: number; height: number } {
  const isPng = view.getUint32(offset) === 0x89504e47;
  if (isPng) return { width: view.getUint32(offset + 16), height: view.getUint32(offset + 20) };
  const { width, height } = dibSize(view, offset);
  return { width, height: height / 2 };
}

/** Decodes a BMP or ICO file to RGBA; sharp supports neither. */
export async function decodeBitmap(bytes: Uint8Array): Promise<{ data: Uint8Array; width: number; height: number }> {
  const image = await loadImage(Buffer.from(bytes));
  const { width, height } = image;
  const context = createCanvas(width, height).getContext('2d');
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength), width, height };
}
