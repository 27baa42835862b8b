import type { ImageFormat } from './image-formats.ts';

/** First bytes as Latin-1 text. */
const beginnings: [start: string, format: ImageFormat][] = [
  ['\xff\xd8\xff', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF87a', 'gif'],
  ['GIF89a', 'gif'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['\0\0\x01\0', 'ico'],
];

/** The possible lengths of a BMP file's second header; its first two letters alone prove little. */
const bitmapHeaders = [12, 40, 52, 56, 64, 108, 124];

/** Detects an image's format by its first bytes, never by its name or declared type. Undefined: not a known format. */
export function sniff(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.subarray(0, 48)).toString('latin1');
  const known = beginnings.find(([start]) => head.startsWith(start));
  if (known) return known[1];
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('ftyp', 4)) return isoBrand(head.slice(8, 12), head.slice(16));
  if (head.startsWith('BM') && bitmapHeaders.includes(bytes[14] ?? 0)) return 'bmp';
  return undefined;
}

/** AVIF and HEIC are both HEIF files; their brands differ. */
function isoBrand(major: string, compatible: string): ImageFormat | undefined {
  if (major.startsWith('avi') || compatible.includes('avif')) return 'avif';
  return /^(hei|hev|mif1|msf1)/.test(major) ? 'heic' : undefined;
}
