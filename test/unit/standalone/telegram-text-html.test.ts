import { textToHtml } from '@watchpost/standalone/telegram/page/text-html';
import { describe, expect, it } from 'vitest';
import { xssStrings } from '../../support/xss-strings.ts';

const html = (text: string, ...marks: [type: string, offset: number, length: number, url?: string][]) =>
  textToHtml(
    text,
    marks.map(([type, offset, length, url]) => ({ type, offset, length, url })),
    'watchpost_bot',
  );

describe("a text of the emulated Telegram's page", () => {
  it('shows marks, also one within another and across each other', () => {
    expect(html('bold and plain', ['bold', 0, 4])).toBe('<b>bold</b> and plain');
    expect(html('abc', ['bold', 0, 3], ['italic', 1, 1])).toBe('<b>a</b><b><i>b</i></b><b>c</b>');
    expect(html('😀x', ['code', 0, 2])).toBe('<code>😀</code>x');
    expect(html('one\ntwo')).toBe('one<br>two');
  });

  it('finds links, commands and addresses by itself, but not in code', () => {
    expect(html('see https://example.com/a_b.')).toContain('href="https://example.com/a_b"');
    expect(html('try /help now')).toContain('data-say="/help"');
    expect(html('a/b and x@example.org')).toBe(
      'a/b and <a href="mailto:x@example.org" target="_blank" rel="noopener noreferrer nofollow">x@example.org</a>',
    );
    expect(html('/help', ['code', 0, 5])).toBe('<code>/help</code>');
  });

  it('lets nothing in that runs', () => {
    expect(html('click', ['text_link', 0, 5, 'javascript:alert(1)'])).toBe('click');
    expect(html('x', ['text_link', 0, 1, 'https://e.example/"><script>'])).not.toContain('<script');
    for (const attack of xssStrings) expect(html(attack, ['bold', 0, 2])).not.toMatch(/<(?!\/?(?:b|br|a)\b)/);
  });
});
