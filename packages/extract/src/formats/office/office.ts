import type { FileFormat } from '../../file-formats.ts';
import { within } from '../../place.ts';
import { UnreadError, type Place, type Reading } from '../../reading.ts';
import type { ZipEntry } from '../zip.ts';
import { readFlow } from './flow.ts';
import { readOpenDocument } from './opendocument.ts';
import { readSheet, readSharedStrings, type SharedStrings } from './sheet.ts';

/** The kind of document that a zip with these entries is, if any. */
export function officeKind(names: readonly string[]): FileFormat | null {
  const has = (start: string): boolean => names.some((name) => name.startsWith(start));
  if (has('[Content_Types].xml')) return has('word/') ? 'docx' : has('xl/') ? 'xlsx' : has('ppt/') ? 'pptx' : 'office';
  return has('META-INF/manifest.xml') && has('content.xml') ? 'opendocument' : null;
}

/** How a part is called, by its path. Numbers are those of the files. */
const places: [path: RegExp, place: string][] = [
  [/^word\/document\d*\.xml$/, ''],
  [/^word\/header(\d*)\.xml$/, 'header'],
  [/^word\/footer(\d*)\.xml$/, 'footer'],
  [/^word\/(?:foot|end)notes\d*\.xml$/, 'notes'],
  [/comments?(?:Extended|Extensible|Ids)?(\d*)\.xml$/i, 'comments'],
  [/threadedComment(\d*)\.xml$/, 'comments'],
  [/^ppt\/slides\/slide(\d+)\.xml$/, 'slide'],
  [/^ppt\/notesSlides\/notesSlide(\d+)\.xml$/, 'notes'],
  [/^xl\/worksheets\/sheet(\d+)\.xml$/, 'sheet'],
  [/^xl\/(?:workbook\.xml|sharedStrings\.xml)$/, ''],
  [/^docProps\//, 'properties'],
  [/^customXml\/[^/]*?(\d*)\.xml$/, 'customised data'],
  [/\.rels$/, 'links'],
];

function partPlace(name: string, number: number): string {
  for (const [path, place] of places) {
    const found = path.exec(name);
    if (found) return found[1] && found[1].length < 6 ? `${place} ${found[1]}` : place;
  }
  return /\.(?:png|jpe?g|gif|bmp|tiff?|[ew]mf|webp)$/i.test(name) ? `picture ${number}` : `part ${number}`;
}

const isXml = (name: string): boolean => /\.(?:xml|rels|vml)$/i.test(name);

/** What every document of some programs has, and holds nothing that anybody wrote. Other contents under such a name are read. */
const machinery = /(?:printerSettings\d*\.bin|\.odttf|thumbnail\.\w+|Thumbnails\/\w+\.\w+)$/i;
const mostMachineryBytes = 65_536;

async function readPart(
  entry: ZipEntry,
  kind: FileFormat,
  shared: SharedStrings,
  place: Place,
  number: number,
  reading: Reading,
): Promise<void> {
  const name = partPlace(entry.name, number);
  const where = within(place.where, name);
  await reading.part(where, async () => {
    const { bytes, wrong } = await entry.open();
    if (isXml(entry.name) && kind === 'opendocument') readOpenDocument(entry.name, bytes, place.where, reading);
    else if (/^xl\/worksheets\/.*\.xml$/.test(entry.name)) readSheet(bytes, where, shared, reading);
    else if (isXml(entry.name))
      readFlow(bytes, where, /^(?:docProps|customXml|xl\/(?:connections|queryTables|externalLinks))/.test(entry.name), reading);
    else if (machinery.test(entry.name) && bytes.length <= mostMachineryBytes) await reading.quiet().inner(bytes, place, name);
    else if (bytes.length > 0) await reading.inner(bytes, place, /vbaProject/i.test(entry.name) ? 'macros' : name);
    if (wrong) throw new UnreadError(wrong);
  });
}

/** Whether the table of contents of an OpenDocument says how to decrypt the rest. */
async function isEncryptedDocument(entries: readonly ZipEntry[]): Promise<boolean> {
  const manifest = await entries.find(({ name }) => name === 'META-INF/manifest.xml')?.open();
  return manifest?.bytes.includes('encryption-data') ?? false;
}

/** A document of Word, Excel, PowerPoint or OpenDocument: everything that is written in it, also where a reader does not look. */
export async function readOffice(entries: readonly ZipEntry[], kind: FileFormat, place: Place, reading: Reading): Promise<void> {
  reading.text(within(place.where, 'part: name'), entries.map(({ name, comment }) => (comment ? `${name}\n${comment}` : name)).join('\n'));
  if (kind === 'opendocument' && (await isEncryptedDocument(entries))) throw new UnreadError('encrypted');
  const strings = entries.find(({ name }) => name === 'xl/sharedStrings.xml');
  const shared: SharedStrings = { all: [], used: new Set() };
  if (strings) await reading.part(place.where, async () => readSharedStrings((await strings.open()).bytes, shared, reading));
  for (const [index, entry] of entries.entries())
    if (entry !== strings && !entry.name.endsWith('/')) await readPart(entry, kind, shared, place, index + 1, reading);
  // Left behind by deleted cells, or by a sheet that could not be read.
  reading.text(within(place.where, 'strings'), shared.all.filter((_, index) => !shared.used.has(index)).join('\n'));
}
