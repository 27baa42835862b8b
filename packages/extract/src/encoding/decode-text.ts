import chardet from 'chardet';

/** So much is looked at to tell what a text is. Bytes. */
const sampleBytes = 65_536;

const marks: [label: string, mark: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];

const startsWith = (bytes: Buffer, start: readonly number[]): boolean => start.every((byte, index) => bytes[index] === byte);

/** Control characters that no text has: all but whitespace, NUL (which pads and separates), backspace and escape. */
const isOdd = (byte: number): boolean => (byte < 0x20 && ![0, 8, 9, 10, 12, 13, 27].includes(byte)) || byte === 0x7f;

function share(bytes: Buffer, test: (byte: number, index: number) => boolean): number {
  let count = 0;
  for (const [index, byte] of bytes.entries()) if (test(byte, index)) count += 1;
  return bytes.length === 0 ? 0 : count / bytes.length;
}

function decodes(label: string, bytes: Buffer): boolean {
  try {
    // Streaming: a character that the sample cuts is no error.
    new TextDecoder(label, { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/**
 * Encodings of two and four bytes that have no mark: most of what is written has spaces, line ends or digits, whose upper bytes are NUL, on
 * one side only.
 */
function wideEncoding(sample: Buffer): string | null {
  const nulAt = (remainder: number, step: number): number =>
    share(sample, (byte, index) => index % step === remainder && byte === 0) * step;
  if (share(sample, (byte) => byte === 0) < 0.02) return null;
  if (nulAt(3, 4) > 0.95 && nulAt(2, 4) > 0.95 && nulAt(0, 4) < 0.5) return 'utf-32le';
  if (nulAt(0, 4) > 0.95 && nulAt(1, 4) > 0.95 && nulAt(3, 4) < 0.5) return 'utf-32be';
  const [even, odd] = [nulAt(0, 2), nulAt(1, 2)];
  const [label, most, least] = odd > even ? ['utf-16le', odd, even] : ['utf-16be', even, odd];
  return most > 0.03 && least < most / 8 && decodes(label, sample) && plausible(new TextDecoder(label).decode(sample)) ? label : null;
}

/** Control characters that text has. */
const usualControls = new Set(['\0', '\t', '\n', '\r', '\f', '\b', '\u001B']);

/** Whether nearly all of a text is what people and programs write. */
function plausible(text: string): boolean {
  const odd = text.match(/[\p{Cc}\p{Cn}\p{Co}\p{Cs}\uFFFD]/gu)?.filter((character) => !usualControls.has(character)).length ?? 0;
  return odd <= Math.max(1, text.length * 0.02);
}

/** What a text says of its encoding itself: XML's declaration, HTML's meta. */
function declaredEncoding(sample: Buffer): string | null {
  const head = sample.subarray(0, 2_048).toString('latin1');
  const label =
    /<\?xml[^>]{1,80}encoding=["']([\w-]{2,30})["']/.exec(head)?.[1] ?? /<meta[^>]{1,200}charset=["']?([\w-]{2,30})/i.exec(head)?.[1];
  return label && !/^utf-?16/i.test(label) && isKnown(label) && decodes(label, sample) ? label : null;
}

function isKnown(label: string): boolean {
  try {
    return Boolean(new TextDecoder(label));
  } catch {
    return false;
  }
}

function guessedEncoding(sample: Buffer): string {
  // Broken in a few places only: still UTF-8.
  const lenient = new TextDecoder().decode(sample);
  const broken = lenient.match(/\uFFFD/g)?.length ?? 0;
  const beyondAscii = lenient.match(/[^\0-\u007F]/g)?.length ?? 0;
  if (broken * 5 < beyondAscii) return 'utf-8';
  const likely = chardet.analyse(sample).find(({ name }) => isKnown(name) && decodes(name, sample));
  return likely?.name ?? 'windows-1252';
}

/** What windows-1252 has where Latin-1 has control characters. Node decodes it as Latin-1. */
const western = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008DŽ\u008F\u0090‘’“”•–—˜™š›œ\u009DžŸ';

const decodeWestern = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\u0080-\u009F]/g, (one) => western[one.charCodeAt(0) - 0x80] ?? one);

function decode(bytes: Buffer, encoding: string): string {
  if (encoding.startsWith('utf-32')) return decodeWide(bytes, encoding === 'utf-32le');
  return /^(?:windows-1252|iso-8859-1|latin1)$/i.test(encoding) ? decodeWestern(bytes) : new TextDecoder(encoding).decode(bytes);
}

/** The encoding of a text by its bytes, a label of TextDecoder or `utf-32le`, `utf-32be`; null: it is no text. */
export function encodingOf(bytes: Buffer): string | null {
  const mark = marks.find(([, start]) => startsWith(bytes, start));
  if (mark) return mark[0];
  const sample = bytes.subarray(0, sampleBytes);
  const wide = wideEncoding(sample);
  if (wide) return wide;
  if (share(sample, isOdd) > 0.01) return null;
  if (decodes('utf-8', sample)) return sample.includes('\u001B$') && decodes('iso-2022-jp', sample) ? 'iso-2022-jp' : 'utf-8';
  // Text of one byte a character that NULs pad; between its characters there are none.
  if (sample.includes(0) && sample.subarray(sample.indexOf(0)).some((byte) => byte !== 0)) return null;
  const label = declaredEncoding(sample) ?? guessedEncoding(sample);
  return plausible(decode(sample, label)) ? label : null;
}

function decodeWide(bytes: Buffer, isLittle: boolean): string {
  const pieces: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const code = isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);
    pieces.push(code > 0x10_ffff ? '\uFFFD' : String.fromCodePoint(code));
  }
  return pieces.join('').replace(/^\uFEFF/, '');
}

/** The text of bytes in an encoding, at most about `most` UTF-16 units of it. NULs, which pad or separate, become line ends. */
export function decodeText(bytes: Buffer, encoding: string, most: number): string {
  const text = decode(bytes.subarray(0, most * 4 + 4), encoding);
  return text.includes('\0') ? text.replace(/\0+/g, '\n') : text;
}

/** A short text such as a file's name, whatever its encoding. */
export const decodeName = (bytes: Buffer): string => decodeText(bytes, encodingOf(bytes) ?? 'windows-1252', 4_096);
