import { sniff } from '@watchpost/shared/sniff';
import { expect, it } from 'vitest';

const bytes = (text: string): Uint8Array => Buffer.from(text.padEnd(64, '\0'), 'latin1');

it.each([
  ['\xff\xd8\xff\xe0', 'jpeg'],
  ['\x89PNG\r\n\x1a\n', 'png'],
  ['GIF89a', 'gif'],
  ['RIFF\x10\0\0\0WEBPVP8 ', 'webp'],
  ['II*\0', 'tiff'],
  ['MM\0*', 'tiff'],
  ['\0\0\0\x20ftypavif\0\0\0\0avifmif1', 'avif'],
  ['\0\0\0\x20ftypmif1\0\0\0\0mif1avif', 'avif'],
  ['\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'heic'],
  ['\0\0\0\x18ftypmif1\0\0\0\0mif1heic', 'heic'],
  [`BM${'\0'.repeat(12)}\x28`, 'bmp'],
  ['\0\0\x01\0\x01\0', 'ico'],
])('detects %j as %s', (start, format) => {
  expect(sniff(bytes(start))).toBe(format);
});

it.each(['<html><body>', 'BMW is a car', '%PDF-1.7', 'RIFF\x10\0\0\0WAVE', '\0\0\0\x18ftypisom\0\0\0\0isom', ''])(
  'does not take %j for an image',
  (start) => {
    expect(sniff(bytes(start))).toBeUndefined();
  },
);
