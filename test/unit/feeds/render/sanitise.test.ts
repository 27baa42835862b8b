import { describe, expect, it } from 'vitest';
import { sanitise } from '@watchpost/feeds/render/sanitise';
import { cpuMsOf } from '../../../support/cpu-time.ts';

const rel = 'rel="noopener noreferrer nofollow ugc" target="_blank"';
const frame =
  'sandbox="allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox allow-presentation" referrerpolicy="strict-origin-when-cross-origin" loading="lazy"';

describe("an editor's HTML", () => {
  it.each([
    [
      'formatting stays',
      '<h3>Live</h3><p>From <b>the</b> <em>town hall</em><br>x</p>',
      '<h3>Live</h3><p>From <b>the</b> <em>town hall</em><br />x</p>',
    ],
    [
      'links get rel',
      '<a href="https://example.org/a?b=1&amp;c" onclick="x()">a</a>',
      `<a href="https://example.org/a?b=1&amp;c" ${rel}>a</a>`,
    ],
    [
      'a rel of its own is replaced',
      '<a href="mailto:a@example.org" rel="opener" target="_top">a</a>',
      `<a href="mailto:a@example.org" ${rel}>a</a>`,
    ],
    [
      'an address without a host leads nowhere on the pages of others',
      '<a href="/about">a</a><a href="//example.org">b</a>',
      `<a ${rel}>a</a><a ${rel}>b</a>`,
    ],
    ['pictures stay', '<img src="https://example.org/a.png" alt="x" onerror="y()">', '<img src="https://example.org/a.png" alt="x" />'],
    ['pictures that do not come over the network go', '<img src="data:image/png;base64,AA=="><img alt="x">', ''],
    [
      'scripts and styles go with what is in them',
      'a<script>b()</script><style>c{}</style><p style="color:red" class="d" id="e">f</p>',
      'a<p>f</p>',
    ],
    ['forms go, their text stays', '<form action="/x"><input value="a"><button>b</button></form>', 'b'],
    ['comments go', 'a<!-- b -->c', 'ac'],
    ['what is open is closed', '<p>a<b>b', '<p>a<b>b</b></p>'],
  ])('%s', (_, html, clean) => expect(sanitise(html)).toBe(clean));

  it('has frames from https addresses in live content only', () => {
    const video = '<iframe src="https://video.example/embed/1" width="560" height="315" title="Live" onload="x()" srcdoc="y"></iframe>';
    expect(sanitise(video, { frames: true })).toBe(
      `<iframe src="https://video.example/embed/1" width="560" height="315" title="Live" ${frame}></iframe>`,
    );
    expect(sanitise(video)).toBe('');
    for (const src of ['http://video.example/', '//video.example/', '/page', 'javascript:alert(1)', 'data:text/html,x', ''])
      expect(sanitise(`<iframe src="${src}"></iframe>`, { frames: true })).toBe('');
  });

  it.each([
    ['deep', '<b>'.repeat(100_000)],
    ['deep and closed', '<div>'.repeat(2_000) + '</div>'.repeat(2_000)],
    ['long', 'a&b '.repeat(100_000)],
    ['full of attributes', `<p ${'a="b" '.repeat(50_000)}>`],
    ['full of beginnings', '<a href="'.repeat(20_000)],
  ])('takes no long time, however %s it is', (_, html) => {
    let length = 0;
    expect(cpuMsOf(() => (length = sanitise(html, { frames: true }).length))).toBeLessThan(2_000);
    expect(length).toBeLessThan(60_000);
  });
});
