import { createInflateRaw } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { decodeName } from '../encoding/decode-text.ts';
import { nameOf, within } from '../place.ts';
import { LimitError, UnreadError, type Place, type ReadBytes, type Reading } from '../reading.ts';
import { unpack, type Unpacked } from './unpack.ts';

/** One file in a zip. */
export interface ZipEntry {
  /** Its number, from 1, as a place: `entry 4`. */
  label: string;
  name: string;
  comment: string;
  isEncrypted: boolean;
  /** What it holds. Throws UnreadError, LimitError. */
  open(): Promise<Unpacked>;
}

function zipEntry(zip: ZipFile, entry: Entry, bytes: Buffer, label: string, place: Place, reading: Reading): ZipEntry {
  return {
    label,
    name: decodeName(entry.fileNameRaw),
    comment: decodeName(entry.fileCommentRaw),
    isEncrypted: entry.isEncrypted(),
    open: async () => {
      if (entry.isEncrypted()) throw new UnreadError('encrypted');
      if (entry.compressionMethod !== 0 && entry.compressionMethod !== 8) throw new UnreadError('unsupported');
      const { fileDataStart } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      const packed = bytes.subarray(fileDataStart, fileDataStart + entry.compressedSize);
      const where = within(place.where, label);
      if (entry.compressionMethod === 8) return unpack(packed, createInflateRaw(), where, reading);
      reading.unpacked(where, packed.length);
      return { bytes: packed, wrong: packed.length < entry.compressedSize ? 'broken' : null };
    },
  };
}

/** Between entries there are descriptors and padding. Bytes. */
const mostBetween = 64;

/** Whether there are bytes that belong to no entry: another archive may be hidden there, and nobody who unpacks this one sees it. */
function hasOthers(listed: readonly Entry[], bytes: Buffer): boolean {
  const ends = listed.toSorted((a, b) => a.relativeOffsetOfLocalHeader - b.relativeOffsetOfLocalHeader);
  const table = bytes.readUInt32LE(bytes.lastIndexOf('PK\u0005\u0006', undefined, 'latin1') + 16);
  let end = 0;
  for (const { relativeOffsetOfLocalHeader: start, compressedSize } of ends) {
    if (start - end > mostBetween) return true;
    const own = start + 30 <= bytes.length ? 30 + bytes.readUInt16LE(start + 26) + bytes.readUInt16LE(start + 28) : 0;
    end = Math.max(end, start + own + compressedSize);
  }
  // Of a very large archive the place of the table stands elsewhere.
  return table !== 0xff_ff_ff_ff && table - end > mostBetween;
}

interface Contents {
  entries: ZipEntry[];
  /** There are more entries than may be read. */
  limit: LimitError | null;
}

/** The table of contents. Sizes in it are claims: nothing relies on them. What is broken in it is unread at `place`. */
async function listZip(bytes: Buffer, place: Place, reading: Reading): Promise<Contents> {
  const entries: ZipEntry[] = [];
  const listed: Entry[] = [];
  let limit: LimitError | null = null;
  await reading.part(place.where, async () => {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true, decodeStrings: false, validateEntrySizes: false });
    reading.text(within(place.where, 'comments'), decodeName(Buffer.from(zip.comment)));
    try {
      for await (const entry of zip.eachEntry()) {
        reading.entry(place.where);
        listed.push(entry);
        entries.push(zipEntry(zip, entry, bytes, `entry ${entries.length + 1}`, place, reading));
      }
    } catch (thrown) {
      if (!(thrown instanceof LimitError)) throw thrown;
      limit = thrown;
      return;
    }
    if (hasOthers(listed, bytes)) throw new UnreadError('unsupported');
  });
  return { entries, limit };
}

/** Reads one entry as a file of its own. */
export async function readEntry(entry: ZipEntry, place: Place, reading: Reading): Promise<void> {
  const where = within(place.where, entry.label);
  await reading.part(where, async () => {
    const { bytes, wrong } = await entry.open();
    if (bytes.length > 0) await reading.inner(bytes, place, entry.label);
    if (wrong) throw new UnreadError(wrong);
  });
}

async function readEntries(entries: readonly ZipEntry[], place: Place, reading: Reading): Promise<void> {
  for (const { label, name, comment } of entries) {
    const where = within(place.where, label);
    reading.text(nameOf(where), name);
    reading.text(`${where}: comment`, comment);
  }
  for (const entry of entries) await readEntry(entry, place, reading);
}

/** A zip: the names and comments of its entries, and everything in them; as a document if it is one. */
export const readZip: ReadBytes = async (bytes, place, reading) => {
  const { entries, limit } = await listZip(bytes, place, reading);
  const { officeKind, readOffice } = await import('./office/office.ts');
  const kind = officeKind(entries.map(({ name }) => name));
  if (kind) reading.format(place, kind);
  if (kind) await readOffice(entries, kind, place, reading);
  else await readEntries(entries, place, reading);
  if (limit) throw limit;
};
