import { parseUrl } from '@watchpost/shared/parse-url';
import { describe, expect, it } from 'vitest';

describe('parseUrl', () => {
  it('reads an address, also against another one', () => {
    expect(parseUrl('https://grün.example/ä')?.href).toBe('https://xn--grn-ioa.example/%C3%A4');
    expect(parseUrl('../b', new URL('https://a.example/x/y'))?.href).toBe('https://a.example/b');
    expect(parseUrl('../b')).toBeNull();
    expect(parseUrl('')).toBeNull();
  });

  it('reads letters such as ü also when Node has compiled it', () => {
    const read = (): boolean => parseUrl('https://grün.example/ä') !== null;
    for (let times = 0; times < 30_000; times += 1) read();
    expect(read()).toBe(true);
  });
});
