import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readHere, textAt } from '../../support/read-in-process.ts';

const line = 'The password of the camera is “grün”: hunter2, 12 Äpfel.\r\n';
const japanese = 'これは秘密のパスワードです。カメラの映像を見てください。';

/** Bytes of two or four for each unit. */
function wide(text: string, bytesEach: 2 | 4, isLittle: boolean): Buffer {
  const codes =
    bytesEach === 4 ? Array.from(text, (one) => one.codePointAt(0) ?? 0) : Array.from(text.split(''), (one) => one.charCodeAt(0));
  const bytes = Buffer.alloc(codes.length * bytesEach);
  for (const [index, code] of codes.entries())
    if (isLittle) bytes.writeUIntLE(code, index * bytesEach, bytesEach);
    else bytes.writeUIntBE(code, index * bytesEach, bytesEach);
  return bytes;
}

/** Bytes of an encoding that Node only decodes: found by trying all pairs. */
function encode(text: string, label: string): Buffer {
  const decoder = new TextDecoder(label);
  const bytesOf = new Map<string, number[]>();
  for (let first = 0; first < 256; first += 1) {
    const one = decoder.decode(Buffer.from([first]));
    if (one.length === 1 && one !== '\uFFFD' && !bytesOf.has(one)) bytesOf.set(one, [first]);
    for (let second = first > 0x7f ? 0x30 : 256; second < 256; second += 1) {
      const two = decoder.decode(Buffer.from([first, second]));
      if (two.length === 1 && two !== '\uFFFD' && !bytesOf.has(two)) bytesOf.set(two, [first, second]);
    }
  }
  return Buffer.from(Array.from(text).flatMap((one) => bytesOf.get(one) ?? [63]));
}

describe('the text of a file, whatever its encoding', () => {
  const mark = '\uFEFF';
  it.each([
    ['UTF-8', Buffer.from(line)],
    ['UTF-8 with a mark', Buffer.from(mark + line)],
    ['UTF-16LE with a mark', wide(mark + line, 2, true)],
    ['UTF-16LE', wide(line, 2, true)],
    ['UTF-16BE with a mark', wide(mark + line, 2, false)],
    ['UTF-16BE', wide(line, 2, false)],
    ['UTF-32LE with a mark', wide(mark + line, 4, true)],
    ['UTF-32LE', wide(line, 4, true)],
    ['UTF-32BE', wide(line, 4, false)],
    ['windows-1250', encode(line, 'windows-1250')],
  ])('reads %s', async (_name, bytes) => {
    expect(await readHere(bytes)).toEqual({ format: 'text', texts: [{ where: '', text: line }], unread: [] });
  });

  it.each([
    ['Latin-1', 'windows-1252', 'Le mot de passe de la caméra a été changé à Genève, voilà où il était gardé.'],
    ['Shift_JIS', 'shift_jis', japanese],
    ['EUC-JP', 'euc-jp', japanese],
    ['GB18030', 'gb18030', '这是一个秘密的密码，请不要告诉别人。摄像机的图像在这里。'],
    ['KOI8-R', 'koi8-r', 'Это секретный пароль камеры, никому его не говорите, пожалуйста.'],
    ['windows-1251', 'windows-1251', 'Это секретный пароль камеры, никому его не говорите, пожалуйста.'],
  ])('reads %s', async (_name, label, text) => {
    const read = await readHere(encode(`${text} ${['AKIA', 'EXAMPLE'].join('')}\n`, label));
    expect(textAt(read, '')).toBe(`${text} AKIAEXAMPLE\n`);
    expect(read.unread).toEqual([]);
  });

  it('reads Cyrillic in UTF-16 without a mark', async () => {
    const text = 'Секретный пароль 12 камеры, никому его не говорите.\n';
    expect(textAt(await readHere(wide(text, 2, true)), '')).toBe(text);
  });

  it('reads Japanese in UTF-16, in which nothing but the mark tells', async () => {
    expect(textAt(await readHere(wide(mark + japanese, 2, false)), '')).toBe(japanese);
    expect(textAt(await readHere(wide(mark + japanese, 2, true)), '')).toBe(japanese);
  });

  it('reads the quotation marks of windows-1252', async () => {
    const bytes = Buffer.concat([Buffer.from([0x93]), Buffer.from('geheim für alle', 'latin1'), Buffer.from([0x94, 0x20, 0x80])]);
    expect(textAt(await readHere(bytes), '')).toBe('“geheim für alle” €');
  });

  it('takes a few broken bytes in UTF-8 for what they are', async () => {
    const bytes = Buffer.concat([Buffer.from('grün, blaßgrün, schön, Übung, öfter '), Buffer.from([0xff]), Buffer.from(' secret')]);
    expect(textAt(await readHere(bytes), '')).toBe('grün, blaßgrün, schön, Übung, öfter \uFFFD secret');
  });

  it('parts what NULs part, and reads what they pad', async () => {
    const padded = Buffer.concat([Buffer.from('USER=ada\0KEY=secret\0'), Buffer.alloc(100_000)]);
    expect(textAt(await readHere(padded), '')).toBe('USER=ada\nKEY=secret\n');
  });

  it('finds nothing in a file of NULs, and nothing in an empty one', async () => {
    expect(await readHere(Buffer.alloc(70_000))).toEqual({ format: 'empty', texts: [], unread: [] });
    expect(await readHere(Buffer.alloc(0))).toEqual({ format: 'empty', texts: [], unread: [] });
  });

  it('reads no text into bytes that are none, and says so', async () => {
    const noise = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, index) => (index * index * 31 + index) % 251))).subarray(40);
    expect(await readHere(noise)).toEqual({ format: 'binary', texts: [], unread: [{ where: '', reason: 'unsupported' }] });
  });

  it('takes letters among control characters for no text', async () => {
    expect((await readHere('ab\u0001\u0002'.repeat(100))).unread).toEqual([{ where: '', reason: 'unsupported' }]);
  });

  it('reads a text that only begins like something else, which counts as unread nevertheless', async () => {
    const pdf = await readHere('A file that begins with %PDF- is a PDF. The password is hunter2.');
    expect(textAt(pdf, '')).toContain('hunter2');
    expect(pdf.unread).toEqual([{ where: '', reason: 'broken' }]);
    expect(textAt(await readHere('BZh is what a bzip2 begins with. The password is hunter2.'), '')).toContain('hunter2');
  });

  it('says no more than the limit allows, and that there was more', async () => {
    const read = await readHere('secret '.repeat(1_000), { characters: 70 });
    expect(read).toEqual({
      format: 'text',
      texts: [{ where: '', text: 'secret '.repeat(10) }],
      unread: [{ where: '', reason: 'too-large' }],
    });
    const hidden = await readHere(Buffer.concat([Buffer.from('a'), Buffer.alloc(1_000), Buffer.from('secret')]), { characters: 70 });
    expect(hidden.unread).toEqual([{ where: '', reason: 'too-large' }]);
  });
});
