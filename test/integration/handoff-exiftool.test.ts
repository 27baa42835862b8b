import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { preparePicture } from '@watchpost/handoff/prepare-picture';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../support/describe-with.ts';
import { never } from '../support/each-store.ts';
import { makersNote } from '../support/photo-metadata.ts';

const formats = ['jpeg', 'png', 'webp'] as const;

describeWith(['exiftool'], 'what exiftool finds in a picture', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'watchpost-exiftool-'));
  });
  afterAll(async () => rm(folder, { recursive: true }));

  const run = (...args: string[]): string => execFileSync('exiftool', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const file = async (name: string, bytes: Uint8Array): Promise<string> => {
    await writeFile(path.join(folder, name), bytes);
    return path.join(folder, name);
  };
  /** Without what describes the file itself and how it is packed. */
  const tagsIn = (at: string): Record<string, unknown> => {
    const [tags = {}]: Record<string, unknown>[] = JSON.parse(run('-j', '-G0', '-a', at));
    const own = /^(SourceFile|(ExifTool|File|Composite|JFIF|PNG|RIFF):.*)$/;
    return Object.fromEntries(Object.entries(tags).filter(([name]) => !own.test(name)));
  };
  const photo = async (format: (typeof formats)[number]): Promise<Buffer> => {
    const plain = sharp({ create: { width: 300, height: 200, channels: 3, background: 'olive' } });
    return makersNote(await plain.toFormat(format).toBuffer(), format);
  };
  const prepare = async (bytes: Uint8Array, productId: string | null): Promise<Uint8Array> =>
    (await preparePicture(bytes, { widthPx: 960, productId, mostPixels: 1_000_000 }, never)).bytes;

  it.each(formats)('%s: neither position nor author nor any other note is left', async (format) => {
    const original = await file(`before.${format}`, await photo(format));
    expect(Object.keys(tagsIn(original)).join(' ')).toMatch(/EXIF:GPSLatitude/);
    expect(tagsIn(await file(`after.${format}`, await prepare(await photo(format), null)))).toEqual({});
  });

  it.each(formats)('%s: the product id that exiftool wrote is kept where one is wanted, and nothing else', async (format) => {
    const original = await file(`tagged.${format}`, await photo(format));
    run('-overwrite_original', `-${format === 'jpeg' ? '' : 'XMP:'}ProductID=SFLC1700000000`, original);
    const bytes = await prepare(await readFile(original), 'made-up');
    const tags = tagsIn(await file(`kept.${format}`, bytes));
    expect(tags).toMatchObject(format === 'jpeg' ? { 'IPTC:ProductID': 'SFLC1700000000' } : { 'XMP:ProductID': 'SFLC1700000000' });
    expect(Object.keys(tags).filter((name) => !/ProductID|EnvelopeRecordVersion/.test(name))).toEqual([]);
    expect(tagsIn(await file(`dropped.${format}`, await prepare(bytes, null)))).toEqual({});
  });

  it.each(formats)('%s: a photo without a product id gets one where one is wanted', async (format) => {
    const tags = tagsIn(await file(`made.${format}`, await prepare(await photo(format), '1700000000-000100-0a1b2c3d4e5f')));
    expect(Object.values(tags)).toContain('1700000000-000100-0a1b2c3d4e5f');
  });

  it('an id that is none, but says something, is not kept', async () => {
    const original = await file('odd.jpeg', await photo('jpeg'));
    run('-overwrite_original', '-ProductID=<b>Jo</b>', original);
    const bytes = await prepare(await readFile(original), 'made-up');
    expect(tagsIn(await file('odd-after.jpeg', bytes))).toMatchObject({ 'IPTC:ProductID': 'made-up' });
  });
});
