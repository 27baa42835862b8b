import { describe, expect, it } from 'vitest';
import { sniff } from '@watchpost/shared/sniff';

const isHeic = (bytes: Uint8Array): boolean => sniff(bytes) === 'heic';

const box = (...brands: string[]) => {
  const body = Buffer.concat([
    Buffer.from('ftyp'),
    Buffer.from(brands[0]!),
    Buffer.alloc(4),
    ...brands.slice(1).map((brand) => Buffer.from(brand)),
  ]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length + 4);
  return Buffer.concat([length, body, Buffer.alloc(40)]);
};

describe('HEIC', () => {
  it.each([[['heic', 'mif1']], [['mif1', 'heic']], [['heix']]])('knows %s', (brands) => {
    expect(isHeic(box(...brands))).toBe(true);
  });
  it.each([[['avif', 'mif1']], [['mif1', 'avif']], [['isom']]])('lets %s pass', (brands) => {
    expect(isHeic(box(...brands))).toBe(false);
  });
  it('lets a JPEG and nothing at all pass', () => {
    expect(isHeic(Buffer.from([0xff, 0xd8, 0xff, 0xe0]))).toBe(false);
    expect(isHeic(new Uint8Array())).toBe(false);
  });
});
