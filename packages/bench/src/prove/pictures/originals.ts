import sharp from 'sharp';
import type { ImageFormat } from '@watchpost/shared/image-formats';
import { contactSheetFile, contactSheetGrid } from '@watchpost/see/files/human-package';

export interface Original {
  name: string;
  format: Exclude<ImageFormat, 'heic'>;
  bytes: Buffer;
}

const side = { width: 160, height: 120 };

/** Sound files of every format that is decoded, in the variants that decoders treat differently. They show a face, so that inference runs too. */
export async function makeOriginals(): Promise<[Original, ...Original[]]> {
  const face = {
    left: Math.ceil(contactSheetGrid.left),
    top: Math.ceil(contactSheetGrid.top + 2 * contactSheetGrid.stepY) + 2,
    width: 102,
    height: 106,
  };
  const scene = await sharp(contactSheetFile)
    .extract(face)
    .resize({ ...side, fit: 'contain', background: '#506070' })
    .png()
    .toBuffer();
  const from = () => sharp(scene);
  const { data: rgb } = await from().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const png = await from().png().toBuffer();
  const frames = await sharp([scene, await from().negate().png().toBuffer()], { join: { animated: true } })
    .gif()
    .toBuffer();
  const made = async (name: string, format: Original['format'], bytes: Promise<Buffer> | Buffer): Promise<Original> => ({
    name,
    format,
    bytes: await bytes,
  });
  return [
    await made('jpeg', 'jpeg', from().jpeg({ quality: 85 }).toBuffer()),
    await made('jpeg, progressive', 'jpeg', from().jpeg({ progressive: true }).toBuffer()),
    await made('jpeg, grey', 'jpeg', from().greyscale().jpeg().toBuffer()),
    await made('jpeg, CMYK', 'jpeg', from().toColourspace('cmyk').jpeg().toBuffer()),
    await made(
      'jpeg, turned, with metadata',
      'jpeg',
      from()
        .withMetadata({ orientation: 6, exif: { IFD0: { Copyright: 'nobody' } } })
        .jpeg()
        .toBuffer(),
    ),
    await made('png', 'png', png),
    await made('png, interlaced', 'png', from().png({ progressive: true }).toBuffer()),
    await made('png, palette', 'png', from().png({ palette: true, colours: 32 }).toBuffer()),
    await made('png, 16 bits', 'png', from().toColourspace('rgb16').png().toBuffer()),
    await made('webp', 'webp', from().webp().toBuffer()),
    await made('webp, lossless', 'webp', from().webp({ lossless: true }).toBuffer()),
    await made('webp, animated', 'webp', sharp(frames, { animated: true }).webp().toBuffer()),
    await made('gif', 'gif', from().gif().toBuffer()),
    await made('gif, animated', 'gif', frames),
    await made('avif', 'avif', from().avif({ effort: 0 }).toBuffer()),
    await made('tiff', 'tiff', from().tiff({ compression: 'none' }).toBuffer()),
    await made('tiff, LZW', 'tiff', from().tiff({ compression: 'lzw' }).toBuffer()),
    await made('tiff, JPEG in tiles', 'tiff', from().tiff({ compression: 'jpeg', tile: true, tileWidth: 64, tileHeight: 64 }).toBuffer()),
    await made('bmp', 'bmp', bitmap(rgb, 14)),
    await made('ico with a png', 'ico', icon(png)),
    await made('ico with a bitmap', 'ico', icon(bitmap(rgb, 0))),
  ];
}

/** A bitmap of 24 bits, rows from the bottom; without a file header (`offset` 0) as icons have it, where the height counts the mask too. */
function bitmap(rgb: Buffer, offset: 0 | 14): Buffer {
  const { width, height } = side;
  const mask = offset === 0 ? (width / 8) * height : 0;
  const bytes = Buffer.alloc(offset + 40 + width * height * 3 + mask);
  if (offset > 0) {
    bytes.write('BM');
    bytes.writeUInt32LE(bytes.length, 2);
    bytes.writeUInt32LE(offset + 40, 10);
  }
  bytes.writeUInt32LE(40, offset);
  bytes.writeInt32LE(width, offset + 4);
  bytes.writeInt32LE(offset === 0 ? height * 2 : height, offset + 8);
  bytes.writeUInt16LE(1, offset + 12);
  bytes.writeUInt16LE(24, offset + 14);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [red = 0, green = 0, blue = 0] = rgb.subarray((y * width + x) * 3);
      bytes.set([blue, green, red], offset + 40 + ((height - 1 - y) * width + x) * 3);
    }
  return bytes;
}

function icon(picture: Buffer): Buffer {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2);
  head.writeUInt16LE(1, 4);
  head.set([side.width, side.height], 6);
  head.writeUInt16LE(1, 10);
  head.writeUInt16LE(24, 12);
  head.writeUInt32LE(picture.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, picture]);
}
