import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { makeZip } from '../../support/make-zip.ts';
import { allText, fixture, readHere, textAt } from '../../support/read-in-process.ts';

const megabyte = 1_048_576;

/** A tar of one file. */
function makeTar(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('        0', 148);
  header.write('ustar\u000000', 257);
  header.write(
    `${header
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  // The checksum counts its own field as blanks, and the type's as what it is.
  header.write(
    `${header
      .reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0)
      .toString(8)
      .padStart(6, '0')}\0 `,
    148,
  );
  return Buffer.concat([header, bytes, Buffer.alloc(1_024 + ((512 - (bytes.length % 512)) % 512))]);
}

/** A zip with other bytes in it, of which its table of contents knows nothing. */
function insertInZip(zip: Buffer, at: number, bytes: Buffer): Buffer {
  const copy = Buffer.from(zip);
  const end = copy.lastIndexOf('PK\u0005\u0006', undefined, 'latin1');
  for (let entry = copy.indexOf('PK\u0001\u0002', 0, 'latin1'); entry >= 0; entry = copy.indexOf('PK\u0001\u0002', entry + 4, 'latin1')) {
    const offset = copy.readUInt32LE(entry + 42);
    if (offset >= at) copy.writeUInt32LE(offset + bytes.length, entry + 42);
  }
  copy.writeUInt32LE(copy.readUInt32LE(end + 16) + bytes.length, end + 16);
  return Buffer.concat([copy.subarray(0, at), bytes, copy.subarray(at)]);
}

describe('archives', () => {
  it('reads entries and their names', async () => {
    const read = await readHere(
      makeZip(
        [
          { name: 'a.txt', bytes: 'first' },
          { name: 'dir/hunter2.txt', bytes: 'second', isStored: true },
        ],
        { comment: 'a remark' },
      ),
    );
    expect(read).toEqual({
      format: 'zip',
      texts: [
        { where: 'comments', text: 'a remark' },
        { where: 'entry 1: name', text: 'a.txt' },
        { where: 'entry 2: name', text: 'dir/hunter2.txt' },
        { where: 'entry 1', text: 'first' },
        { where: 'entry 2', text: 'second' },
      ],
      unread: [],
    });
  });

  it('reads archives in archives, as deep as the limit allows', async () => {
    let nested = makeZip([{ name: 'x.txt', bytes: 'deep secret' }]);
    for (let level = 2; level <= 4; level += 1) nested = makeZip([{ name: 'x.zip', bytes: nested }]);
    expect(textAt(await readHere(nested), 'entry 1 / entry 1 / entry 1 / entry 1')).toBe('deep secret');
    const deeper = await readHere(makeZip([{ name: 'x.zip', bytes: nested }]));
    expect(allText(deeper)).not.toContain('deep secret');
    expect(deeper.unread).toEqual([{ where: 'entry 1 / entry 1 / entry 1 / entry 1 / entry 1', reason: 'too-deep' }]);
  });

  it('says which entries are encrypted, and reads their names', async () => {
    const read = await readHere(fixture('encrypted.zip'));
    expect(read.unread).toEqual([{ where: 'entry 1', reason: 'encrypted' }]);
    expect(textAt(read, 'entry 1: name')).toBe('s.txt');
  });

  it('says which entries it cannot unpack, and reads the others', async () => {
    const read = await readHere(
      makeZip([
        { name: 'a', bytes: 'packed', method: 14 },
        { name: 'b', bytes: 'readable' },
      ]),
    );
    expect(read.unread).toEqual([{ where: 'entry 1', reason: 'unsupported' }]);
    expect(textAt(read, 'entry 2')).toBe('readable');
  });

  it('reads entries whose headers lie about their size', async () => {
    const read = await readHere(
      makeZip(['stored', 'packed'].map((bytes) => ({ name: bytes, bytes, isStored: bytes === 'stored', claimedBytes: 3 }))),
    );
    expect([textAt(read, 'entry 1'), textAt(read, 'entry 2')]).toEqual(['stored', 'packed']);
    expect(read.unread).toEqual([]);
  });

  it('reads names that would leave the folder, which are only names here', async () => {
    expect(textAt(await readHere(makeZip([{ name: '../../etc/passwd', bytes: 'text' }])), 'entry 1')).toBe('text');
  });

  it('reads gzip and tar, with the names in them', async () => {
    const read = await readHere(gzipSync(makeTar('hunter2.txt', Buffer.from('packed twice'))));
    expect(read.format).toBe('gzip');
    expect(textAt(read, 'entry 1 / entry 1')).toBe('packed twice');
    expect(textAt(read, 'entry 1 / entry 1: name')).toBe('hunter2.txt');
    expect(read.unread).toEqual([]);
  });

  it('keeps what came before a file broke off', async () => {
    const whole = gzipSync(Buffer.from(Array.from({ length: 4_000 }, (_, index) => `line ${index * 7_919}\n`).join('')));
    const read = await readHere(whole.subarray(0, whole.length / 2));
    expect(allText(read)).toContain('line 7919\n');
    expect(read.unread).toEqual([{ where: '', reason: 'broken' }]);
    const zip = makeZip([{ name: 'a.txt', bytes: 'cut off' }]);
    expect((await readHere(zip.subarray(0, zip.length - 30))).unread).toEqual([{ where: '', reason: 'broken' }]);
  });

  it('says that there is something before the first entry, between entries or behind the last one, which no reader shows', async () => {
    const hidden = makeZip([{ name: 'h', bytes: 'hidden words' }]);
    const shown = makeZip([
      { name: 'a.txt', bytes: 'first' },
      { name: 'b.txt', bytes: 'second' },
    ]);
    const second = shown.indexOf('PK\u0003\u0004', 4, 'latin1');
    const table = shown.indexOf('PK\u0001\u0002', 0, 'latin1');
    const unread = [{ where: '', reason: 'unsupported' }];
    expect((await readHere(shown)).unread).toEqual([]);
    for (const at of [0, second, table]) {
      const read = await readHere(insertInZip(shown, at, hidden));
      expect(textAt(read, 'entry 2')).toBe('second');
      expect(read.unread).toEqual(unread);
    }
    const tar = makeTar('a.txt', Buffer.from('first'));
    expect((await readHere(tar)).unread).toEqual([]);
    expect((await readHere(Buffer.concat([tar, Buffer.from('hidden words')]))).unread).toEqual([{ where: '', reason: 'broken' }]);
  });

  it('names archives that it does not read', async () => {
    expect(await readHere(fixture('archive.7z'))).toEqual({ format: 'archive', texts: [], unread: [{ where: '', reason: 'unsupported' }] });
  });
});

describe('bombs', () => {
  const zeros = Buffer.alloc(6 * megabyte, 'a');

  it('stops at an entry that grows beyond its ratio, whatever it claims, and goes on with the next', async () => {
    const read = await readHere(
      makeZip([
        { name: 'bomb', bytes: zeros, claimedBytes: 10 },
        { name: 'b', bytes: 'readable' },
      ]),
    );
    expect(read.unread).toContainEqual({ where: 'entry 1', reason: 'too-large' });
    expect(textAt(read, 'entry 2')).toBe('readable');
  });

  it('counts what all entries have unpacked to, also where they share their bytes', async () => {
    const bomb = makeZip([{ name: 'bomb', bytes: zeros.subarray(0, megabyte) }], { copies: 40 });
    const read = await readHere(bomb, { unpackedBytes: 10 * megabyte, characters: 100 * megabyte });
    expect(read.unread).toEqual([{ where: 'entry 11', reason: 'too-large' }]);
  });

  it('counts across nested archives', async () => {
    const inner = makeZip([{ name: 'a', bytes: zeros.subarray(0, 3 * megabyte) }]);
    const outer = makeZip(Array.from({ length: 8 }, (_, index) => ({ name: `${index}.zip`, bytes: inner })));
    const read = await readHere(outer, { unpackedBytes: 10 * megabyte, characters: 100 * megabyte });
    expect(read.unread).toEqual([{ where: 'entry 4 / entry 1', reason: 'too-large' }]);
  });

  it('counts entries across nested archives', async () => {
    const inner = makeZip(Array.from({ length: 30 }, (_, index) => ({ name: `${index}`, bytes: 'x' })));
    const outer = makeZip(Array.from({ length: 4 }, (_, index) => ({ name: `${index}.zip`, bytes: inner })));
    expect((await readHere(outer, { entries: 50 })).unread).toEqual([{ where: 'entry 2', reason: 'too-many-entries' }]);
  });

  it('reads as many entries of an archive as the limit allows', async () => {
    const read = await readHere(makeZip(Array.from({ length: 5 }, (_, index) => ({ name: `${index}`, bytes: `words ${index}` }))), {
      entries: 3,
    });
    expect([1, 2, 3].map((number) => textAt(read, `entry ${number}`))).toEqual(['words 0', 'words 1', 'words 2']);
    expect(read.unread).toEqual([{ where: '', reason: 'too-many-entries' }]);
  });

  it('lists the first hundred parts that it cannot read, and of the rest the reasons', async () => {
    const read = await readHere(makeZip(Array.from({ length: 300 }, (_, index) => ({ name: `${index}`, bytes: 'x', method: 14 }))));
    expect(read.unread).toHaveLength(101);
    expect(read.unread.at(-1)).toEqual({ where: '', reason: 'unsupported' });
  });

  it('comes to an end in a gzip that unpacks to itself', async () => {
    const wrapped = Array.from({ length: 12 }).reduce<Buffer>((inner) => gzipSync(inner), Buffer.from('core'));
    expect((await readHere(wrapped)).unread).toEqual([{ where: 'entry 1 / entry 1 / entry 1 / entry 1 / entry 1', reason: 'too-deep' }]);
  });

  it('does not expand what a document defines', async () => {
    const laughs = Array.from({ length: 9 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join('');
    const read = await readHere(`<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">${laughs}]><l>&l9; and a secret</l>`);
    expect(allText(read).length).toBeLessThan(2_000);
    expect(textAt(read, '')).toContain('and a secret');
  });
});
