import { decodeText, encodingOf } from './encoding/decode-text.ts';
import { stringsIn } from './encoding/strings.ts';
import { within } from './place.ts';
import { LimitError, UnreadError, type Place, type ReadBytes, type Reading } from './reading.ts';
import { sniff, type SniffedFormat } from './sniff.ts';

const unreadable =
  (reason: 'no-text' | 'unsupported'): ReadBytes =>
  async () => {
    throw new UnreadError(reason);
  };

/** What can be made out without knowing the format; the file still counts as unread. */
const readStrings: ReadBytes = async (bytes, { where }, reading) => {
  reading.text(within(where, 'strings'), stringsIn(bytes));
  throw new UnreadError('unsupported');
};

/** An old document of Office, or a new one that is encrypted: its directory says so. */
const readOldOffice: ReadBytes = async (bytes, place, reading) => {
  if (bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'))) throw new UnreadError('encrypted');
  return readStrings(bytes, place, reading);
};

/** What reads each format. Most are loaded only when they are needed: a child starts the faster. */
const readers: Record<Exclude<SniffedFormat, 'text'>, ReadBytes> = {
  archive: unreadable('unsupported'),
  binary: unreadable('unsupported'),
  empty: async () => undefined,
  font: unreadable('no-text'),
  gzip: async (...file) => (await import('./formats/gzip.ts')).readGzip(...file),
  html: async (...file) => (await import('./formats/html.ts')).readHtml(...file),
  mail: async (...file) => (await import('./formats/mail.ts')).readMail(...file),
  mailbox: async (...file) => (await import('./formats/mail.ts')).readMailbox(...file),
  'old-office': readOldOffice,
  pdf: async (...file) => (await import('./formats/pdf.ts')).readPdf(...file),
  picture: async (...file) => (await import('./formats/picture.ts')).readPicture(...file),
  rtf: async (...file) => (await import('./formats/rtf.ts')).readRtf(...file),
  sound: unreadable('no-text'),
  sqlite: readStrings,
  tar: async (...file) => (await import('./formats/tar.ts')).readTar(...file),
  video: unreadable('no-text'),
  xml: async (...file) => (await import('./formats/xml.ts')).readXml(...file),
  zip: async (...file) => (await import('./formats/zip.ts')).readZip(...file),
};

function readText(bytes: Buffer, encoding: string, { where }: Place, reading: Reading): void {
  const most = reading.charactersLeft();
  reading.text(where, decodeText(bytes, encoding, most));
  // No encoding makes a character of more than four bytes.
  if (bytes.length > (most + 1) * 4) throw new LimitError(where, 'too-large');
}

/** Reads a file that is no text. One that only begins like something else, and is a text, is read as a text, though it counts as unread. */
async function readOther(format: Exclude<SniffedFormat, 'text'>, bytes: Buffer, place: Place, reading: Reading): Promise<void> {
  try {
    await readers[format](bytes, place, reading);
  } catch (thrown) {
    const isUnknown = thrown instanceof UnreadError && (thrown.reason === 'broken' || thrown.reason === 'unsupported');
    const encoding = isUnknown ? encodingOf(bytes) : null;
    if (encoding) readText(bytes, encoding, place, reading);
    throw thrown;
  }
}

/** Reads a file by what its bytes are. */
export const readBytes: ReadBytes = async (bytes, place, reading) => {
  const { format, encoding } = await sniff(bytes);
  reading.format(place, format);
  if (format === 'text') readText(bytes, encoding ?? 'utf-8', place, reading);
  else await readOther(format, bytes, place, reading);
};
