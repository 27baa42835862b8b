import { createCanvas } from '@napi-rs/canvas';
import { crc32 } from 'node:zlib';
import { preparePicture, type PreparedPicture, type PrepareOptions } from '@watchpost/handoff/prepare-picture';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { never } from '../../support/each-store.ts';
import { makersNote, secretsIn } from '../../support/photo-metadata.ts';

const usual: PrepareOptions = { widthPx: 480, productId: null, mostPixels: 50_000_000 };
const prepared = async (bytes: Uint8Array, over: Partial<PrepareOptions> = {}): Promise<PreparedPicture> =>
  preparePicture(bytes, { ...usual, ...over }, never);

/** Colours and grain as in a photo: no format can pack it away. */
function scene(width: number, height: number): Buffer {
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  const image = context.createImageData(width, height);
  let seed = 1;
  for (let at = 0; at < image.data.length; at += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    image.data[at] = at % 4 === 3 ? 255 : ((at / 400) % 160) + (seed % 64);
  }
  context.putImageData(image, 0, 0);
  return canvas.toBuffer('image/png');
}

const drawing = async (width: number, height: number, alpha = 1): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 4, background: { r: 200, g: 20, b: 20, alpha } } })
    .png()
    .toBuffer();

let photo: Buffer;
beforeAll(() => {
  photo = scene(640, 360);
});

describe('every format that we read', () => {
  it.each([
    ['jpeg', async () => sharp(photo).jpeg().toBuffer(), 'jpg'],
    ['png of a photo', async () => photo, 'jpg'],
    ['png of a drawing', async () => drawing(640, 360), 'png'],
    ['png that one can see through', async () => sharp(photo).removeAlpha().ensureAlpha(0.5).png().toBuffer(), 'png'],
    ['webp', async () => sharp(photo).webp().toBuffer(), 'webp'],
    ['avif of a photo', async () => sharp(photo).avif({ effort: 0 }).toBuffer(), 'jpg'],
    ['tiff of a photo', async () => sharp(photo).tiff().toBuffer(), 'jpg'],
    [
      'gif',
      async () =>
        sharp(await drawing(640, 360))
          .gif()
          .toBuffer(),
      'png',
    ],
    [
      'png of 16 bits',
      async () =>
        sharp(await drawing(640, 360))
          .toColourspace('rgb16')
          .png()
          .toBuffer(),
      'png',
    ],
    ['jpeg in CMYK', async () => sharp(photo).toColourspace('cmyk').jpeg().toBuffer(), 'jpg'],
    ['grey jpeg', async () => sharp(photo).greyscale().jpeg().toBuffer(), 'jpg'],
  ])('%s', { timeout: 20_000 }, async (_name, make, extension) => {
    const made = await prepared(await make());
    expect(made).toMatchObject({ extension, widthPx: 480, heightPx: 270, mimeType: `image/${extension === 'jpg' ? 'jpeg' : extension}` });
    const { width, height, format, space, depth } = await sharp(made.bytes).metadata();
    expect({ width, height, format, depth }).toEqual({
      width: 480,
      height: 270,
      format: extension === 'jpg' ? 'jpeg' : extension,
      depth: 'uchar',
    });
    expect(space).toMatch(/^(srgb|b-w)$/);
  });

  it('pixels of a bitmap, which another decoder reads', async () => {
    const { data, info } = await sharp(photo).removeAlpha().raw().toBuffer({ resolveWithObject: true });
    const made = await preparePicture({ data: new Uint8Array(data), width: info.width, height: info.height, channels: 3 }, usual, never);
    expect(made).toMatchObject({ extension: 'jpg', widthPx: 480, heightPx: 270 });
  });

  it('an animation goes on moving, and one that is too large is its first frame', async () => {
    const frames = await Promise.all(
      ['red', 'lime', 'blue'].map(async (background) =>
        sharp({ create: { width: 600, height: 300, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    for (const format of ['gif', 'webp'] as const) {
      const moving = await sharp(frames, { join: { animated: true } })
        .toFormat(format)
        .toBuffer();
      const made = await prepared(moving);
      expect(made).toMatchObject({ extension: format, widthPx: 480, heightPx: 240 });
      expect((await sharp(made.bytes).metadata()).pages).toBe(3);
      for (const limit of [{ mostPixels: 600 * 300 * 2 }, { mostAnimatedBytes: made.bytes.length - 1 }]) {
        const still = await prepared(moving, limit);
        expect(still).toMatchObject({ widthPx: 480, heightPx: 240 });
        expect((await sharp(still.bytes).metadata()).pages ?? 1).toBe(1);
      }
    }
  });

  it('a JPEG is progressive', async () => {
    const { bytes } = await prepared(await sharp(photo).jpeg().toBuffer());
    expect((await sharp(bytes).metadata()).isProgressive).toBe(true);
  });
});

describe('size', () => {
  it('narrower pictures stay as they are', async () => {
    expect(await prepared(await drawing(300, 200))).toMatchObject({ widthPx: 300, heightPx: 200 });
  });

  it('a photo of 40 megapixels is made small', { timeout: 20_000 }, async () => {
    const large = await sharp({ create: { width: 8_000, height: 5_000, channels: 3, background: 'teal' } })
      .jpeg()
      .toBuffer();
    expect(await prepared(large)).toMatchObject({ widthPx: 480, heightPx: 300 });
  });

  it('a bomb is refused by its header', async () => {
    const header = Buffer.from(await drawing(1, 1)).subarray(0, 33);
    header.writeUInt32BE(60_000, 16);
    header.writeUInt32BE(60_000, 20);
    header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
    const bomb = Buffer.concat([header, Buffer.from([0, 0, 0, 0]), Buffer.from('IDAT'), Buffer.alloc(4)]);
    await expect(prepared(bomb)).rejects.toMatchObject({ code: 'image-too-many-pixels' });
  });
});

describe('what a photo says about its author', () => {
  it.each(['jpeg', 'png', 'webp', 'avif', 'tiff'] as const)('is in none that is made of %s', async (format) => {
    const original = await makersNote(
      await sharp(photo)
        .resize(300)
        .toFormat(format, format === 'avif' ? { effort: 0 } : {})
        .toBuffer(),
      format,
    );
    expect(secretsIn(original)).not.toEqual([]);
    const { bytes } = await prepared(original);
    expect(secretsIn(bytes)).toEqual([]);
    const { exif, xmp, iptc, icc, orientation = 1 } = await sharp(bytes).metadata();
    expect({ exif, xmp, iptc, icc, orientation }).toEqual({
      exif: undefined,
      xmp: undefined,
      iptc: undefined,
      icc: undefined,
      orientation: 1,
    });
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])('an orientation of %i is turned upright', async (orientation) => {
    const marked = await sharp({ create: { width: 60, height: 40, channels: 3, background: 'white' } })
      .composite([{ input: { create: { width: 20, height: 10, channels: 3, background: 'black' } }, left: 0, top: 0 }])
      .jpeg()
      .toBuffer();
    const asSeen = await sharp(marked).withMetadata({ orientation }).toBuffer();
    const { bytes, widthPx, heightPx } = await prepared(asSeen);
    expect([widthPx, heightPx]).toEqual(orientation < 5 ? [60, 40] : [40, 60]);
    const { data } = await sharp(bytes).greyscale().raw().toBuffer({ resolveWithObject: true });
    const isDark = (x: number, y: number): boolean => (data[y * widthPx + x] ?? 0) < 128;
    const corners = [isDark(3, 3), isDark(widthPx - 4, 3), isDark(3, heightPx - 4), isDark(widthPx - 4, heightPx - 4)];
    const cornerOf = [0, 1, 3, 2, 0, 1, 3, 2][orientation - 1];
    expect(corners.indexOf(true)).toBe(cornerOf);
    expect(corners.filter(Boolean)).toHaveLength(1);
  });

  it('a wide colour space becomes sRGB', async () => {
    const wide = await sharp({ create: { width: 50, height: 50, channels: 3, background: { r: 250, g: 20, b: 20 } } })
      .withIccProfile('p3')
      .jpeg()
      .toBuffer();
    const { bytes } = await prepared(wide);
    const { data } = await sharp(bytes).raw().toBuffer({ resolveWithObject: true });
    expect((await sharp(bytes).metadata()).icc).toBeUndefined();
    expect(data[0]).toBeGreaterThan(245);
  });
});

describe('what is no picture', () => {
  it.each([
    ['nothing', Buffer.alloc(0), 'image-empty'],
    [
      'SVG',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'),
      'image-format-unsupported',
    ],
    ['SVG with a declaration', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'), 'image-format-unsupported'],
    ['PDF', Buffer.from('%PDF-1.7 and so on'), 'image-format-unsupported'],
    ['HTML', Buffer.from('<!doctype html><title>Not found</title>'), 'image-format-unsupported'],
    ['HEIC', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1'), 'image-format-heic'],
    ['a JPEG that is none', Buffer.from('\xff\xd8\xff\xe0 something else', 'latin1'), 'image-corrupt'],
  ])('%s is refused', async (_name, bytes, code) => {
    await expect(prepared(bytes)).rejects.toMatchObject({ code });
  });

  it.each(['jpeg', 'png', 'webp', 'gif', 'tiff'] as const)('a %s that was cut off is refused', async (format) => {
    const whole = await sharp(photo).resize(300).toFormat(format).toBuffer();
    await expect(prepared(whole.subarray(0, whole.length / 2))).rejects.toMatchObject({ code: 'image-corrupt' });
  });

  it('work that is given up ends', async () => {
    const giving = new AbortController();
    const working = preparePicture(photo, usual, giving.signal);
    giving.abort();
    await expect(working).rejects.toMatchObject({ code: 'aborted' });
  });
});
