import { renderMrkdwn } from '@watchpost/slack/mrkdwn';
import { renderPage } from '@watchpost/standalone/slack/page-html';
import { describe, expect, it } from 'vitest';

const pageOf = (text: string, over: { author?: string; name?: string } = {}): string =>
  renderPage(
    [
      {
        name: 'results',
        title: 'Results',
        messages: [
          {
            id: '1.2',
            author: over.author ?? 'watchpost',
            at: new Date(0),
            text,
            pictures: [{ path: '/files/1', name: over.name ?? 'a.jpg' }],
          },
        ],
      },
    ],
    'npm run watchpost --',
  );

const textOf = (html: string): string => /<\/time><\/p><p>(.*?)<\/p>/s.exec(html)?.[1] ?? '';

describe("the demonstration's page", () => {
  it('shows links, bold and lines as Slack does', () => {
    const html = pageOf('*Front door*\nsee <http://127.0.0.1:4003/archives/C0/p12|snapshot> and <https://example.org/?a=1&amp;b=2>');
    expect(html).toContain('<p><b>Front door</b><br>see <a href="#p12">snapshot</a>');
    expect(html).toContain('<a href="https://example.org/?a=1&amp;b=2">https://example.org/?a=1&amp;b=2</a>');
  });

  it.each([
    ['<https://evil.example|Ada>', '&lt;https:'],
    ['<script>alert(1)</script>', '&lt;script&gt;'],
    ['*bold*', '*\u2060bold'],
    ['" onclick="x', '&quot; onclick=&quot;x'],
  ])('shows a name literally: %s', (name, shown) => {
    const html = textOf(pageOf(renderMrkdwn([{ text: `1 face: ${name}` }])));
    expect(html).toContain(shown);
    expect(html).not.toMatch(/<a|<script|<b>|" onclick/);
  });

  it('takes no text for a link that Slack has escaped', () => {
    expect(textOf(pageOf('&lt;https://evil.example|Ada&gt;'))).toBe('&lt;https://evil.example|Ada&gt;');
  });

  it('says how to name a person, with the command that finds this gallery', () => {
    const html = renderPage([], "DATA_DIR='<a>/demo' npm run --silent watchpost --");
    expect(html).toContain(`<code>DATA_DIR='&lt;a&gt;/demo' npm run --silent watchpost -- name "Unknown 1" Ada</code>`);
  });

  it('escapes authors and file names', () => {
    const html = pageOf('', { author: '<i>&"', name: '"><script>' });
    expect(html).toContain('<b>&lt;i&gt;&amp;&quot;</b>');
    expect(html).toContain('alt="&quot;&gt;&lt;script&gt;"');
  });
});
