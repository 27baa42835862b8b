import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../support/make-zip.ts';
import { allText, readHere, textAt } from '../../support/read-in-process.ts';

describe('HTML', () => {
  it('reads what is shown; apart from it attributes, comments and scripts, which hide keys as well', async () => {
    const read = await readHere(
      '<!doctype html><html><head><title>The title</title><style>p{color:red}</style><script>const key = "script-secret"</script></head>' +
        '<body class="x"><p>spl<b>it</b>-se<i>c</i>ret &amp; more</p><!-- comment-secret --><table><tr><td>a</td><td>b</td></tr></table>' +
        '<a href="https://ada:hunter2@example.org/" title="the title">link</a><img alt="what it shows" src="data:image/png;base64,AAAA">' +
        '<input type=hidden value="hidden-secret" data-key="data-secret"></body></html>',
    );
    expect(read.format).toBe('html');
    expect(textAt(read, '')).toBe('The title\nsplit-secret & more\na\tb\t\nlink\n');
    const attributes = textAt(read, 'attributes').split('\n');
    expect(attributes).toEqual(
      expect.arrayContaining(['https://ada:hunter2@example.org/', 'what it shows', 'hidden-secret', 'data-secret']),
    );
    expect(attributes.join()).not.toContain('AAAA');
    expect(textAt(read, 'comments')).toContain('comment-secret');
    expect(textAt(read, 'script')).toContain('const key = "script-secret"');
    expect(read.unread).toEqual([]);
  });

  it('reads 50,000 nested elements in under a second, and says that it did not go to the end', async () => {
    const startedAtMs = performance.now();
    const read = await readHere(`<html>${'<div>'.repeat(50_000)}deep${'</div>'.repeat(50_000)}`);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
    expect(read.unread).toEqual([{ where: '', reason: 'too-deep' }]);
  });

  it('says a large one in pieces, and loses none', async () => {
    const read = await readHere(`<html>${'<p>The same line again.</p>'.repeat(40_000)}<p>the end</p>`);
    expect(read.texts.length).toBeGreaterThan(2);
    expect(allText(read).match(/The same line again\./g)).toHaveLength(40_000);
    expect(allText(read)).toContain('the end');
  });
});

describe('XML', () => {
  it('reads elements, attributes, comments and CDATA', async () => {
    const read = await readHere(
      '<?xml version="1.0"?><a key="attribute secret"><b>one</b><c><![CDATA[two <raw>]]></c><!-- a remark --></a>',
    );
    expect(read.format).toBe('xml');
    expect(textAt(read, '')).toBe('one\ntwo <raw>\n');
    expect(textAt(read, 'attributes')).toBe('attribute secret\n');
    expect(textAt(read, 'comments')).toContain('a remark');
  });

  it('says nothing that a database would refuse', async () => {
    expect(textAt(await readHere('<a>se&#0;cret &#xD800;</a>'), '')).toBe('se\uFFFDcret \uFFFD');
    expect(textAt(await readHere(String.raw`{\rtf1 se\u0?cret \u55296?}`), '')).toBe('secret \uFFFD');
  });

  it('reads SVG, where a word is spread over several elements', async () => {
    expect(textAt(await readHere('<svg xmlns="http://www.w3.org/2000/svg"><text>spl<tspan dx="1">it</tspan></text></svg>'), '')).toBe(
      'split\n',
    );
  });
});

describe('RTF', () => {
  it('reads text in code pages and Unicode, links, and what hidden groups hold', async () => {
    const read = await readHere(
      String.raw`{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\f0 spl{\b it}\par \'cf\'f0\'e8\'e2\'e5\'f2\tab \uc1\u8364?5 \{x\}\par ` +
        String.raw`{\field{\*\fldinst{HYPERLINK "https://ada:hunter2@example.org/"}}{\fldrslt link}}{\v hidden text}}`,
    );
    expect(read.format).toBe('rtf');
    expect(textAt(read, '')).toContain('split\nПривет\t€5 {x}\n');
    expect(textAt(read, '')).toContain('https://ada:hunter2@example.org/');
    expect(textAt(read, '')).toContain('hidden text');
    expect(read.unread).toEqual([]);
  });

  it('reads files that are embedded in it', async () => {
    const read = await readHere(
      `{\\rtf1 text {\\object{\\*\\objdata ${Buffer.from('an embedded file').toString('hex')}}}{\\pict{\\*\\blipuid 0304}0102ff}}`,
    );
    expect(textAt(read, 'object 1')).toBe('an embedded file');
    expect(textAt(read, '').trim()).toBe('text');
    expect(read.unread).toEqual([{ where: 'picture 2', reason: 'unsupported' }]);
  });
});

describe('bytes in RTF', () => {
  it('are read as a file', async () => {
    const read = await readHere('{\\rtf1 before {\\object\\bin12 hidden words} after}');
    expect(allText(read)).toContain('hidden words');
    expect(read.unread).toEqual([]);
  });

  it('are missed where there are fewer than it says', async () => {
    const read = await readHere('{\\rtf1 before \\bin99999 hidden words}');
    expect(allText(read)).toContain('hidden words');
    expect(read.unread).toEqual([{ where: '', reason: 'broken' }]);
  });
});

describe('mail', () => {
  const inner = 'From: bob@example.org\nSubject: inner\nMIME-Version: 1.0\n\nforwarded text\n';
  const mail = [
    'From: =?utf-8?q?Ad=C3=A4?= <ada@example.org>',
    'To: bob@example.org',
    'Subject: =?utf-8?b?ZGVyIFNjaGzDvHNzZWw=?=',
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/plain; charset=iso-8859-1',
    'Content-Transfer-Encoding: quoted-printable',
    '',
    'gr=FCn, and a line that is =',
    'wrapped',
    '--b',
    'Content-Type: text/html',
    '',
    '<p>spl<b>it</b></p>',
    '--b',
    'Content-Type: application/zip; name=hunter2.zip',
    'Content-Disposition: attachment; filename=hunter2.zip',
    'Content-Transfer-Encoding: base64',
    '',
    makeZip([{ name: 'a.txt', bytes: 'zipped text' }]).toString('base64'),
    '--b',
    'Content-Type: message/rfc822',
    '',
    inner,
    '--b--',
    '',
  ].join('\n');

  it('reads headers, bodies, attachments with their names, and mails in it', async () => {
    const read = await readHere(mail);
    expect(read.format).toBe('mail');
    expect(textAt(read, 'headers')).toContain('der Schlüssel');
    expect(textAt(read, 'body')).toContain('grün, and a line that is wrapped');
    expect(textAt(read, 'body')).toContain('split');
    expect(textAt(read, 'attachment 1: name')).toBe('hunter2.zip');
    expect(textAt(read, 'attachment 1 / entry 1')).toBe('zipped text');
    expect(textAt(read, 'attachment 2 / body')).toContain('forwarded text');
    expect(read.unread).toEqual([]);
  });

  it('reads a mailbox mail by mail', async () => {
    const line = 'From ada@example.org Thu Jan  1 00:00:00 2026\n';
    const read = await readHere(`${line}${inner}\n${line}${inner.replace('forwarded', 'second')}`);
    expect(read.format).toBe('mailbox');
    expect(textAt(read, 'mail 1 / body')).toContain('forwarded text');
    expect(textAt(read, 'mail 2 / body')).toContain('second text');
  });
});

describe('what else a file can be', () => {
  /** A PNG of no pixels, with a packed comment. */
  const png = (): Buffer => {
    const chunk = (type: string, bytes: Buffer): Buffer => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, Buffer.from(type), bytes, Buffer.alloc(4)]);
    };
    const packed = chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync('packed secret')]));
    const international = chunk('iTXt', Buffer.from('Title\0\0\0en\0Titel\0der Titel'));
    return Buffer.concat([
      Buffer.from('\u0089PNG\r\n\u001A\n', 'latin1'),
      chunk('tEXt', Buffer.from('Author\0hunter2')),
      packed,
      international,
    ]);
  };

  it('reads what is written in a picture’s metadata; the picture itself is unread without OCR', async () => {
    const read = await readHere(png());
    for (const text of ['hunter2', 'packed secret', 'der Titel']) expect(textAt(read, 'metadata')).toContain(text);
    expect(read.unread).toEqual([{ where: '', reason: 'no-text' }]);
    const xmp = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>Ada</dc:creator></x:xmpmeta>';
    const segment = Buffer.from(`http://ns.adobe.com/xap/1.0/\0${xmp}`);
    const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe1, 0, segment.length + 2]), segment, Buffer.from([0xff, 0xd9])]);
    expect(textAt(await readHere(jpeg), 'metadata')).toContain('Ada');
  });

  it.each([
    ['a sound', Buffer.concat([Buffer.from('ID3\u0003\0\0\0\0\0\0', 'latin1'), Buffer.alloc(64, 0xff)]), 'sound', 'no-text'],
    [
      'a film',
      Buffer.from('\u001AE\u00DF\u00A3\u0001\0\0\0\0\0\0\u001FB\u0082\u0088matroskaB\u0087\u0081\u0001', 'latin1'),
      'video',
      'no-text',
    ],
    ['a dark picture', Buffer.concat([Buffer.from('BM6\0\0\0\0\0\0\x006\0\0\0(', 'latin1'), Buffer.alloc(900)]), 'picture', 'no-text'],
    [
      'a bright picture',
      Buffer.concat([Buffer.from('BM6\0\0\0\0\0\0\x006\0\0\0(', 'latin1'), Buffer.alloc(900, 0xff)]),
      'picture',
      'no-text',
    ],
    ['a program', Buffer.concat([Buffer.from('\u007FELF\u0002\u0001\u0001', 'latin1'), Buffer.alloc(40, 3)]), 'binary', 'unsupported'],
  ])('says of %s why it is unread', async (_name, bytes, format, reason) => {
    expect(await readHere(bytes)).toEqual({ format, texts: [], unread: [{ where: '', reason }] });
  });

  it('says of a picture that OCR cannot decode that it is unread', async () => {
    const tiff = Buffer.concat([Buffer.from('II*\0\u0008\0\0\0', 'latin1'), Buffer.alloc(64)]);
    expect((await readHere(tiff)).unread).toEqual([{ where: '', reason: 'no-text' }]);
    expect((await readHere(tiff, {}, true)).unread).toEqual([{ where: '', reason: 'unsupported' }]);
  });

  it('makes out the text in a database file, and says that it is unread', async () => {
    const read = await readHere(
      Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(90, 1), Buffer.from('a row with text'), Buffer.alloc(9)]),
    );
    expect(textAt(read, 'strings')).toContain('a row with text');
    expect(read.unread).toEqual([{ where: '', reason: 'unsupported' }]);
  });
});
