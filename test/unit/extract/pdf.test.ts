import { PDFDocument, PDFName, PDFString, StandardFonts } from 'pdf-lib';
import { describe, expect, it } from 'vitest';
import { createCanvas } from '@napi-rs/canvas';
import { fixture, readHere, textAt } from '../../support/read-in-process.ts';

async function makePdf(): Promise<Buffer> {
  const pdf = await PDFDocument.create();
  pdf.setTitle('the title');
  const font = await pdf.embedFont(StandardFonts.Helvetica);
  const first = pdf.addPage();
  first.drawText('the first page', { font, x: 50, y: 700 });
  const field = pdf.getForm().createTextField('a.field');
  field.setText('what was filled in');
  field.addToPage(first);
  const link = pdf.context.obj({
    Type: 'Annot',
    Subtype: 'Link',
    Rect: [0, 0, 9, 9],
    A: { Type: 'Action', S: 'URI', URI: PDFString.of('https://ada:hunter2@example.org/') },
  });
  const remark = pdf.context.obj({ Type: 'Annot', Subtype: 'Text', Rect: [0, 0, 9, 9], Contents: PDFString.of('a remark') });
  const second = pdf.addPage();
  second.node.set(PDFName.of('Annots'), pdf.context.obj([link, remark].map((annotation) => pdf.context.register(annotation))));
  await pdf.attach(Buffer.from('an attached text'), 'hunter2.txt', { description: 'what it is' });
  pdf.addPage().drawImage(await pdf.embedPng(createCanvas(60, 60).toBuffer('image/png')), { x: 1, y: 1 });
  pdf.addPage();
  return Buffer.from(await pdf.save());
}

describe('PDF', () => {
  it('reads pages, forms, remarks, links, properties and attachments; a scanned page is unread, a blank one is not', async () => {
    const read = await readHere(await makePdf());
    expect(read.format).toBe('pdf');
    expect(textAt(read, 'page 1')).toBe('the first page');
    expect(textAt(read, 'page 1 / comments')).toContain('what was filled in');
    expect(textAt(read, 'page 2 / comments')).toContain('https://ada:hunter2@example.org/');
    expect(textAt(read, 'page 2 / comments')).toContain('a remark');
    expect(textAt(read, 'properties')).toContain('the title');
    expect(textAt(read, 'attachment 1: name')).toContain('hunter2.txt');
    expect(textAt(read, 'attachment 1')).toBe('an attached text');
    expect(read.unread).toEqual([{ where: 'page 3', reason: 'no-text' }]);
  });

  it('reads one with a password for changes only, and says of one with a password for reading that it is encrypted', async () => {
    expect(textAt(await readHere(fixture('owner.pdf')), 'page 1')).toBe('readable by everybody');
    expect(await readHere(fixture('password.pdf'))).toEqual({ format: 'pdf', texts: [], unread: [{ where: '', reason: 'encrypted' }] });
  });

  it('knows a scanned page also where something is written before the picture', async () => {
    const pdf = await PDFDocument.create();
    const page = pdf.addPage();
    page.drawText('   ', { font: await pdf.embedFont(StandardFonts.Helvetica), x: 50, y: 700 });
    page.drawImage(await pdf.embedPng(createCanvas(60, 60).toBuffer('image/png')), { x: 1, y: 1 });
    expect((await readHere(Buffer.from(await pdf.save()))).unread).toEqual([{ where: 'page 1', reason: 'no-text' }]);
  });

  it('reads the text of a page that stands beside the page, and does not take that page for blank', async () => {
    const pdf = await PDFDocument.create();
    const font = await pdf.embedFont(StandardFonts.Helvetica);
    pdf.addPage([600, 800]).drawText('cut off by the crop', { font, x: 50, y: 20 });
    pdf.getPage(0).setCropBox(0, 400, 600, 400);
    pdf.addPage().drawText('   ', { font, x: 50, y: 20 });
    const read = await readHere(Buffer.from(await pdf.save()));
    expect(textAt(read, 'page 1')).toBe('cut off by the crop');
    expect(read.unread).toEqual([{ where: 'page 1', reason: 'unsupported' }]);
  });

  it('says of junk that it is broken', async () => {
    const { format, unread } = await readHere(`%PDF-1.7\n${'junk '.repeat(500)}`);
    expect({ format, unread }).toEqual({ format: 'pdf', unread: [{ where: '', reason: 'broken' }] });
  });

  it('finds a PDF that begins late, as readers do', async () => {
    expect(textAt(await readHere(Buffer.concat([Buffer.from('junk before it\n'), await makePdf()])), 'page 1')).toBe('the first page');
  });
});
