import { inflateSync } from 'node:zlib';
import { decodeName } from '../encoding/decode-text.ts';
import { stringsIn } from '../encoding/strings.ts';
import { within } from '../place.ts';
import { UnreadError, type ReadBytes } from '../reading.ts';
import { readXml } from './xml.ts';

const mostChunkBytes = 1_048_576;

/** The text of a PNG's chunk: as it is, or packed. */
function pngText(type: string, chunk: Buffer): string {
  const end = chunk.indexOf(0);
  if (type === 'tEXt' || type === 'eXIf') return stringsIn(chunk);
  const packed = type === 'zTXt' ? chunk.subarray(end + 2) : chunk.subarray(chunk.indexOf(0, chunk.indexOf(0, end + 3) + 1) + 1);
  const isPacked = type === 'zTXt' || chunk[end + 1] === 1;
  return `${decodeName(chunk.subarray(0, end))}\n${(isPacked ? inflateSync(packed, { maxOutputLength: mostChunkBytes }) : packed).toString('utf8')}`;
}

function pngTexts(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 8; at + 12 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    if (/^(?:[tz]TXt|tEXt|iTXt|eXIf)$/.test(type)) texts.push(pngText(type, bytes.subarray(at + 8, at + 8 + length)));
    at += 12 + length;
  }
  return texts;
}

/** The strings in a JPEG's segments before its pixels, but for colours' profiles. */
function jpegTexts(bytes: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xda) break;
    const length = bytes.readUInt16BE(at + 2);
    const isText = marker === 0xfe || marker === 0xe1 || (marker >= 0xe3 && marker <= 0xef);
    if (isText) texts.push(stringsIn(bytes.subarray(at + 4, at + 2 + length)));
    at += 2 + length;
  }
  return texts;
}

function metadataOf(bytes: Buffer): string[] {
  if (bytes[0] === 0x89) return pngTexts(bytes);
  return bytes[0] === 0xff ? jpegTexts(bytes) : [];
}

const decodable = /^(?:\u0089PNG|\u00FF\u00D8\u00FF|RIFF[\s\S]{4}WEBP|BM|GIF8)/;

/** A picture: what is written in its metadata; and the text in it, if that is read. */
export const readPicture: ReadBytes = async (bytes, place, reading) => {
  await reading.part(within(place.where, 'metadata'), async () => {
    const where = within(place.where, 'metadata');
    reading.text(where, metadataOf(bytes).join('\n'));
    const [from, to] = [bytes.indexOf('<x:xmpmeta'), bytes.lastIndexOf('</x:xmpmeta>')];
    if (from >= 0 && to > from) await readXml(bytes.subarray(from, to), { ...place, where }, reading);
  });
  if (!reading.ocr) throw new UnreadError('no-text');
  if (!decodable.test(bytes.toString('latin1', 0, 16))) throw new UnreadError('unsupported');
  const { readPicture: recognise } = await import('./ocr.ts');
  reading.text(place.where, await recognise(bytes));
};
