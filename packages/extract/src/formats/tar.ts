import { decodeName } from '../encoding/decode-text.ts';
import { nameOf, within } from '../place.ts';
import { UnreadError, type ReadBytes } from '../reading.ts';

const block = 512;

/** A number of a header: octal, or in large files binary. */
function numberAt(header: Buffer, from: number, length: number): number {
  if ((header[from] ?? 0) & 0x80) return Number(header.readBigUInt64BE(from + length - 8));
  return Number.parseInt(
    header
      .toString('latin1', from, from + length)
      .replaceAll('\0', ' ')
      .trim() || '0',
    8,
  );
}

function nameAt(header: Buffer, from: number, length: number): string {
  const field = header.subarray(from, from + length);
  const end = field.indexOf(0);
  return decodeName(end < 0 ? field : field.subarray(0, end));
}

/** Every file in a tar, with its name, and the names that links point to. */
export const readTar: ReadBytes = async (bytes, place, reading) => {
  let index = 0;
  let at = 0;
  while (at + block <= bytes.length) {
    const header = bytes.subarray(at, at + block);
    if (header.every((byte) => byte === 0)) {
      at += block;
      continue;
    }
    const size = numberAt(header, 124, 12);
    if (!Number.isSafeInteger(size) || size < 0) throw new UnreadError('broken');
    const content = bytes.subarray(at + block, at + block + size);
    const type = String.fromCharCode(header[156] ?? 0);
    index += 1;
    const name = `entry ${index}`;
    const where = within(place.where, name);
    reading.entry(where);
    reading.unpacked(where, size);
    reading.text(nameOf(where), [nameAt(header, 0, 100), nameAt(header, 157, 100), nameAt(header, 345, 155)].filter(Boolean).join('\n'));
    // Long names and other properties (x, g, L, K) are entries of their own: texts.
    if (content.length > 0) await reading.inner(content, place, name);
    if (content.length < size || (type === 'S' && size > 0)) reading.unread(where, 'broken');
    at += block + Math.ceil(size / block) * block;
  }
  if (bytes.subarray(at).some((byte) => byte !== 0)) throw new UnreadError('broken');
};
