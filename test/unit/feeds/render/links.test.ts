import { describe, expect, it } from 'vitest';
import { safeLink, safePicture } from '@watchpost/feeds/render/links';

describe('addresses that may be links', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTP://Example.org/a b'.replace(' ', '%20'), 'http://example.org/a%20b'],
    ['https://example.org:8443/a?b=c&d=%22#e', 'https://example.org:8443/a?b=c&d=%22#e'],
    ['https://grün.example/ä', 'https://xn--grn-ioa.example/%C3%A4'],
    ['https://[2001:db8::1]/', 'https://[2001:db8::1]/'],
    ['mailto:ada@example.org?subject=Hi', 'mailto:ada@example.org?subject=Hi'],
  ])('%s', (url, href) => expect(safeLink(url)).toBe(href));

  it('are the same however many were asked for', () => {
    for (let times = 0; times < 30_000; times += 1) safeLink('https://grün.example/ä');
    expect(safeLink('https://grün.example/ä')).toBe('https://xn--grn-ioa.example/%C3%A4');
  });

  it.each([
    '',
    'example.org',
    '//example.org',
    '/path',
    '#anchor',
    'https:example.org',
    'https:/example.org',
    'https:///example.org',
    'https://',
    'http://ada@example.org',
    'https://example.org:pass@evil.example/',
    'https://good.example\\@evil.example/',
    'https://example.org/a b',
    'https://exam\nple.org/',
    'https://example.org/\u0000',
    'https://example.org/\u202Egnp.exe',
    'https://exam\u200Bple.org/',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'java\tscript:alert(1)',
    ' javascript:alert(1)',
    '\u0001javascript:alert(1)',
    'javascript&colon;alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'vbscript:msgbox(1)',
    'file:///etc/passwd',
    'ftp://example.org/',
    'tel:+491234',
    'blob:https://example.org/1',
    'view-source:https://example.org',
    'mailto:',
    'mailto://ada@example.org',
    'mailto:ada',
    'mailto:ada@example.org%0abcc:all@example.org',
    `https://example.org/${'a'.repeat(4_000)}`,
  ])('not %j', (url) => expect(safeLink(url)).toBeNull());
});

describe('addresses of pictures', () => {
  it.each(['/pictures/3f9a.png', '/feeds/council/pictures/a.jpg', 'https://cdn.example/a.png', 'http://cdn.example/a.png'])('%s', (url) =>
    expect(safePicture(url)).toBe(url),
  );

  it.each([
    '//evil.example/a.png',
    '/\\evil.example/a.png',
    '/a\nb',
    'pictures/a.png',
    'data:image/png;base64,AA==',
    'mailto:a@example.org',
    'javascript:1',
  ])('not %j', (url) => expect(safePicture(url)).toBeNull());
});
