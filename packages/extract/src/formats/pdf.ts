import { extractImages, getDocumentProxy, getResolvedPDFJS } from 'unpdf';
import { nameOf, within } from '../place.ts';
import { UnreadError, type ReadBytes, type Place, type Reading } from '../reading.ts';
import { addMissingTransfer } from './array-buffers.ts';
import { readXml } from './xml.ts';

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf['getPage']>>;

/** Larger pictures in a PDF are not decoded. Pixels. */
const mostPixels = 50_000_000;

/** All strings in a value, in order. */
function stringsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > 6 || typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
  return Object.values(value).flatMap((inner) => stringsOf(inner, depth + 1));
}

async function open(bytes: Buffer): Promise<Pdf> {
  addMissingTransfer();
  try {
    // A copy: the library takes the memory away.
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      maxImageSize: mostPixels,
      isEvalSupported: false,
      useWorkerFetch: false,
    });
  } catch (thrown) {
    throw new UnreadError(thrown instanceof Error && thrown.name === 'PasswordException' ? 'encrypted' : 'broken');
  }
}

async function textOf(page: Page): Promise<string> {
  const { items } = await page.getTextContent();
  return items.map((item) => ('str' in item ? item.str + (item.hasEOL ? '\n' : '') : '')).join('');
}

/** What is written on top of a page: comments, links, what a form is filled with. */
async function annotationsOf(page: Page): Promise<string> {
  const written: unknown[] = await page.getAnnotations();
  const keys = [
    'contentsObj',
    'titleObj',
    'fieldName',
    'fieldValue',
    'alternativeText',
    'defaultFieldValue',
    'options',
    'unsafeUrl',
    'richText',
    'textContent',
    'actions',
    'file',
  ];
  return written
    .flatMap((annotation) =>
      typeof annotation === 'object' && annotation !== null
        ? Object.entries(annotation).flatMap(([key, value]) => (keys.includes(key) ? stringsOf(value) : []))
        : [],
    )
    .join('\n');
}

/** The characters that an instruction shows, wherever they stand. */
function charactersOf(args: unknown): string {
  const glyphs: unknown = Array.isArray(args) ? args[0] : null;
  if (!Array.isArray(glyphs)) return '';
  return glyphs
    .map((glyph: unknown) => (typeof glyph === 'object' && glyph !== null && 'unicode' in glyph ? String(glyph.unicode) : ''))
    .join('');
}

/**
 * What a page without text shows. `isPainted`: pictures, or shapes, as which text may be drawn. `text`: it stands outside of what is seen of
 * the page, or its font says nothing about its characters.
 */
async function lookAt(page: Page): Promise<{ isPainted: boolean; text: string }> {
  const { OPS } = await getResolvedPDFJS();
  const painting = new Set<number>(
    Object.entries(OPS).flatMap(([name, code]) =>
      /^(?:paint\w*|fill|eoFill|stroke|shadingFill|fillStroke|constructPath)$/.test(name) ? [code] : [],
    ),
  );
  const { fnArray, argsArray } = await page.getOperatorList();
  return {
    isPainted: fnArray.some((code) => painting.has(code)),
    text: fnArray.flatMap((code, index) => (code === OPS.showText ? [charactersOf(argsArray[index])] : [])).join('\n'),
  };
}

async function readPictures(pdf: Pdf, number: number, where: string, reading: Reading): Promise<boolean> {
  const { readPixels } = await import('./ocr.ts');
  const pictures = await extractImages(pdf, number);
  for (const [index, picture] of pictures.entries()) reading.text(within(where, `picture ${index + 1}`), await readPixels(picture));
  return pictures.length > 0;
}

async function readPage(pdf: Pdf, number: number, place: Place, reading: Reading): Promise<void> {
  const where = within(place.where, `page ${number}`);
  await reading.part(where, async () => {
    const page = await pdf.getPage(number);
    const text = await textOf(page);
    reading.text(where, text);
    reading.text(within(where, 'comments'), await annotationsOf(page));
    const hasPictures = reading.ocr && (await readPictures(pdf, number, where, reading));
    if (text.trim() === '') {
      const seen = await lookAt(page);
      reading.text(where, seen.text);
      if (seen.text.trim() !== '') throw new UnreadError('unsupported');
      if (seen.isPainted && !hasPictures) throw new UnreadError('no-text');
    }
    page.cleanup();
  });
}

/** Everything that is not on a page. */
async function readRest(pdf: Pdf, place: Place, reading: Reading): Promise<void> {
  const { info, metadata } = await pdf.getMetadata();
  reading.text(within(place.where, 'properties'), stringsOf(info).join('\n'));
  const raw: unknown = metadata?.getRaw();
  if (typeof raw === 'string') await readXml(Buffer.from(raw), { ...place, where: within(place.where, 'metadata') }, reading);
  reading.text(within(place.where, 'outline'), stringsOf(await pdf.getOutline()).join('\n'));
  reading.text(within(place.where, 'script'), stringsOf(await pdf.getJSActions()).join('\n'));
  const attachments: unknown = await pdf.getAttachments();
  const files: unknown[] = typeof attachments === 'object' && attachments !== null ? Object.values(attachments) : [];
  for (const [index, file] of files.entries()) {
    const name = `attachment ${index + 1}`;
    const where = within(place.where, name);
    reading.entry(where);
    reading.text(nameOf(where), stringsOf(file).join('\n'));
    const content: unknown = typeof file === 'object' && file !== null && 'content' in file ? file.content : null;
    if (!(content instanceof Uint8Array)) continue;
    reading.unpacked(where, content.length);
    await reading.inner(Buffer.from(content), place, name);
  }
}

/** A PDF: its pages, and what is beside them. */
export const readPdf: ReadBytes = async (bytes, place, reading) => {
  const pdf = await open(bytes);
  for (let number = 1; number <= pdf.numPages; number += 1) await readPage(pdf, number, place, reading);
  await readRest(pdf, place, reading);
};
