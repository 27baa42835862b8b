import {
  Document,
  ExternalHyperlink,
  Footer,
  FootnoteReferenceRun,
  Header,
  Packer,
  Paragraph,
  Table,
  TableCell,
  TableRow,
  TextRun,
} from 'docx';
import ExcelJS from 'exceljs';
import pptx from 'pptxgenjs';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../support/make-zip.ts';
import { allText, fixture, readHere, textAt } from '../../support/read-in-process.ts';

/** Its types describe the package as CommonJS, whose class is `default`; what is imported is the class. */
const SlideShow = pptx as unknown as typeof pptx.default;

const paragraph = (text: string) => new Paragraph(text);

async function wordDocument(): Promise<Buffer> {
  const row = new TableRow({ children: ['first cell', 'second cell'].map((text) => new TableCell({ children: [paragraph(text)] })) });
  return Packer.toBuffer(
    new Document({
      title: 'the title',
      comments: { children: [{ id: 0, author: 'Ada', date: new Date(0), children: [paragraph('a comment')] }] },
      footnotes: { 1: { children: [paragraph('a footnote')] } },
      sections: [
        {
          headers: { default: new Header({ children: [paragraph('the header')] }) },
          footers: { default: new Footer({ children: [paragraph('the footer')] }) },
          children: [
            new Paragraph({
              children: [new TextRun('spl'), new TextRun({ text: 'it-sec', bold: true }), new TextRun('ret'), new FootnoteReferenceRun(1)],
            }),
            new Table({ rows: [row] }),
            new Paragraph({
              children: [new ExternalHyperlink({ link: 'https://ada:hunter2@example.org/', children: [new TextRun('a link')] })],
            }),
          ],
        },
      ],
    }),
  );
}

async function workbook(): Promise<Buffer> {
  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('A sheet');
  sheet.addRow(['Ada & co', 4_111_111_111_111_111, 'plain']);
  sheet.addRow([
    { formula: 'CONCATENATE("se","cret")', result: 'secret' },
    { richText: [{ text: 'spl' }, { font: { bold: true }, text: 'it' }] },
  ]);
  sheet.getCell('A1').note = 'a note';
  book.addWorksheet('A hidden sheet', { state: 'veryHidden' }).addRow(['hidden text']);
  return Buffer.from(await book.xlsx.writeBuffer());
}

async function slides(): Promise<Buffer> {
  const show = new SlideShow();
  const slide = show.addSlide();
  slide.addText([{ text: 'spl' }, { text: 'it', options: { bold: true } }], { x: 1, y: 1 });
  slide.addNotes('what the speaker knows');
  slide.addTable([[{ text: 'first cell' }, { text: 'second cell' }]]);
  const hidden = show.addSlide();
  hidden.addText('a hidden slide', { x: 1, y: 1 });
  hidden.hidden = true;
  return Buffer.from((await show.write({ outputType: 'nodebuffer' })) as Buffer);
}

describe('Word', () => {
  it('reads text that is spread over runs, tables, headers, notes, comments, properties and links', async () => {
    const read = await readHere(await wordDocument());
    expect(read.format).toBe('docx');
    expect(textAt(read, '')).toBe('split-secret\nfirst cell\nsecond cell\na link\n');
    expect(textAt(read, 'header 1')).toBe('the header\n');
    expect(textAt(read, 'footer 1')).toBe('the footer\n');
    expect(textAt(read, 'notes')).toContain('a footnote');
    expect(textAt(read, 'comments')).toBe('a comment\n');
    expect(textAt(read, 'properties')).toContain('the title');
    expect(textAt(read, 'links / attributes')).toContain('https://ada:hunter2@example.org/');
    expect(read.unread).toEqual([]);
  });

  it('reads what was deleted with changes tracked, and customised data; macros are unread', async () => {
    const read = await readHere(
      makeZip([
        { name: '[Content_Types].xml', bytes: '<Types/>' },
        {
          name: 'word/document.xml',
          bytes: '<w:document><w:p>\n<w:r>\n<w:delText>dele</w:delText>\n</w:r>\n<w:r><w:delText>ted</w:delText></w:r></w:p></w:document>',
        },
        { name: 'customXml/item1.xml', bytes: '<a key="of the customer">data</a>' },
        { name: 'word/vbaProject.bin', bytes: Buffer.from([1, 2, 3, 4, 5, 6, 7, 255, 254]) },
        { name: 'word/notes.txt', bytes: 'a file that Word does not know' },
      ]),
    );
    expect(textAt(read, '')).toBe('deleted\n');
    expect(textAt(read, 'customised data 1')).toContain('of the customer');
    expect(textAt(read, 'part 5')).toBe('a file that Word does not know');
    expect(read.unread).toEqual([{ where: 'macros', reason: 'unsupported' }]);
  });

  it('says of pictures in it that they are unread', async () => {
    const read = await readHere(
      makeZip([
        { name: '[Content_Types].xml', bytes: '<Types/>' },
        { name: 'word/document.xml', bytes: '<w:p/>' },
        { name: 'word/media/image1.png', bytes: Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1') },
      ]),
    );
    expect(read.unread).toEqual([{ where: 'picture 3', reason: 'no-text' }]);
  });
});

describe('Excel', () => {
  it('reads rows as lines, shared strings, numbers in full, formulas, notes and hidden sheets', async () => {
    const read = await readHere(await workbook());
    expect(read.format).toBe('xlsx');
    expect(textAt(read, 'sheet 1')).toBe('Ada & co\t4111111111111111\tplain\t\nsecret\tsplit\t\n');
    expect(textAt(read, 'sheet 1 / attributes')).toContain('CONCATENATE("se","cret")');
    expect(textAt(read, 'comments 1')).toContain('a note');
    expect(textAt(read, 'sheet 2')).toContain('hidden text');
    expect(textAt(read, 'attributes')).toContain('A hidden sheet');
    expect(read.unread).toEqual([]);
  });

  it('reads inline strings, numbers with exponents, and strings that no cell shows any more', async () => {
    const read = await readHere(
      makeZip([
        { name: '[Content_Types].xml', bytes: '<Types/>' },
        {
          name: 'xl/worksheets/sheet1.xml',
          bytes:
            '<row><c t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r></is></c><c><v>4.111111111111111E+15</v></c><c t="s"><v>1</v></c></row>',
        },
        { name: 'xl/sharedStrings.xml', bytes: '<sst><si><t>left behind</t></si><si><t>shared</t></si></sst>' },
      ]),
    );
    expect(textAt(read, 'sheet 1')).toBe('inline\t4111111111111111\tshared\t\n');
    expect(textAt(read, 'strings')).toBe('left behind');
  });
});

describe('PowerPoint', () => {
  it('reads slides, hidden ones too, tables and notes', async () => {
    const read = await readHere(await slides());
    expect(read.format).toBe('pptx');
    expect(textAt(read, 'slide 1')).toBe('split\nfirst cell\nsecond cell\n');
    expect(textAt(read, 'slide 2')).toContain('a hidden slide');
    expect(textAt(read, 'notes 1')).toContain('what the speaker knows');
    expect(read.unread).toEqual([]);
  });
});

describe('OpenDocument', () => {
  it('reads a text with notes, remarks, headers, links and properties', async () => {
    const read = await readHere(fixture('document.odt'));
    expect(read.format).toBe('opendocument');
    expect(textAt(read, '')).toBe('Heading\nsplit-secret\ntwo   spaces\ttab\na link\nwith note1\na footnote\nx\na remark\n');
    expect(textAt(read, 'header')).toBe('the header\nthe footer\n');
    expect(textAt(read, 'attributes')).toContain('https://user:word@example.org/');
    expect(textAt(read, 'properties')).toContain('title of the odt');
    expect(read.unread).toEqual([]);
  });

  it('reads sheets, with the numbers behind what is shown, and slides', async () => {
    const sheets = await readHere(fixture('sheets.ods'));
    expect(textAt(sheets, 'sheet 1')).toBe('name\tcard\t\nada\t4.11E+15\t\n');
    expect(textAt(sheets, 'sheet 2')).toBe('hidden cell\t\n');
    expect(textAt(sheets, 'attributes')).toContain('4111111111111111');
    const shown = await readHere(fixture('slides.odp'));
    expect(textAt(shown, 'slide 2')).toBe('second slide\n');
  });

  it('says that an encrypted one is encrypted', async () => {
    const manifest = '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>';
    const read = await readHere(
      makeZip([
        { name: 'content.xml', bytes: Buffer.from([7, 1, 255]) },
        { name: 'META-INF/manifest.xml', bytes: manifest },
      ]),
    );
    expect(read.unread).toEqual([{ where: '', reason: 'encrypted' }]);
  });
});

describe('old documents of Office', () => {
  it('makes out what it can, and says that the file is unread', async () => {
    const read = await readHere(fixture('old.xls'));
    expect(read.format).toBe('old-office');
    expect(textAt(read, 'strings')).toContain('old sheet text');
    expect(textAt(read, 'strings')).toContain('zweite Überschrift');
    expect(read.unread).toEqual([{ where: '', reason: 'unsupported' }]);
  });

  it('knows an encrypted new one, which looks like an old one', async () => {
    expect(await readHere(fixture('password.xlsx'))).toEqual({
      format: 'old-office',
      texts: [],
      unread: [{ where: '', reason: 'encrypted' }],
    });
  });
});

describe('a document that ends early', () => {
  it('says so, and reads the parts that are whole', async () => {
    const whole = await wordDocument();
    const read = await readHere(whole.subarray(0, whole.length - 200));
    expect(read.unread).toEqual([{ where: '', reason: 'broken' }]);
    expect(allText(read)).not.toContain('Content_Types');
  });
});
