import { describe, expect, it } from 'vitest';
import { htmlOf } from '@watchpost/feeds/render/html';
import type { Block, Inline } from '@watchpost/shared/chat/written';
import { cpuMsOf } from '../../../support/cpu-time.ts';
import { paragraph, sampleNames, written } from '../../../support/entry-samples.ts';

const names = sampleNames();
const html = (...blocks: (Block | string)[]): string => htmlOf(written(...blocks), names);
/** Of one part of a line, without its paragraph. */
const inline = (part: Inline): string => html(paragraph(part)).slice('<p>'.length, -'</p>'.length);
const rel = 'rel="noopener noreferrer nofollow ugc" target="_blank"';

describe('the HTML of what somebody wrote', () => {
  it.each<[string, string, Inline]>([
    ['text is escaped', 'a &lt;b&gt; &amp;amp; &quot;c&quot; &#39;d&#39;', { type: 'text', text: `a <b> &amp; "c" 'd'` }],
    ['a line feed breaks the line', 'a<br>b<br>c', { type: 'text', text: 'a\nb\r\nc' }],
    ['control characters and halves of characters are left out', 'ab🤓', { type: 'text', text: 'a\u0000\u0008b\uD83E🤓\u202E' }],
    [
      'styles nest in one order',
      '<strong><em><s><u><code>a</code></u></s></em></strong>',
      { type: 'text', text: 'a', styles: ['code', 'strike', 'underline', 'italic', 'bold'] },
    ],
    [
      'a link says its label',
      `<a href="https://example.org/a?b=1&amp;c=2" ${rel}>the &lt;list&gt;</a>`,
      link('https://example.org/a?b=1&c=2', 'the <list>'),
    ],
    [
      'a link without a label says its address',
      `<a href="https://example.org/" ${rel}>https://example.org</a>`,
      link('https://example.org', null),
    ],
    ['a mail address is a link', `<a href="mailto:ada@example.org" ${rel}>ada</a>`, link('mailto:ada@example.org', 'ada')],
    ['what is no link is its label only', '<strong>click</strong>', { ...link('javascript:alert(1)', 'click'), styles: ['bold'] }],
    ['a member is mentioned by name', '<span class="mention chat-mention">@Ada</span>', { type: 'member', member: 'U01ADA' }],
    ['an unknown member has no id', '<span class="mention chat-mention">@unknown</span>', { type: 'member', member: 'U02' }],
    ['a group', '<span class="mention chat-mention">@desk</span>', { type: 'group', group: 'S1', name: '@desk' }],
    ['a group without a name', '<span class="mention chat-mention">@group</span>', { type: 'group', group: 'S1', name: null }],
    ['everybody', '<span class="mention chat-mention">@here</span>', { type: 'broadcast', range: 'here' }],
    ['a public channel has its name', '<span class="channel">#news</span>', { type: 'channel', channel: 'C01NEWS' }],
    [
      'a private channel has neither name nor id',
      '<span class="channel">#private-channel</span>',
      { type: 'channel', channel: 'C09SECRET' },
    ],
    ['an emoji is itself', '👍🏽', { type: 'emoji', name: 'thumbsup', unicode: '👍🏽' }],
    ['an emoji of which only the name came', '❤️', { type: 'emoji', name: 'heart', unicode: null }],
    [
      "the workspace's own is a picture of ours",
      '<img class="emoji" src="/pictures/3f9a.gif" alt=":parrot:" title=":parrot:" width="20" height="20">',
      { type: 'emoji', name: 'parrot', unicode: null },
    ],
    [
      'an alias of one keeps the name that was written',
      '<img class="emoji" src="/pictures/3f9a.gif" alt=":polly:" title=":polly:" width="20" height="20">',
      { type: 'emoji', name: 'polly', unicode: null },
    ],
    ['an alias of a standard emoji', '👍', { type: 'emoji', name: 'yes', unicode: null }],
    ['aliases that go round in a circle', ':round:', { type: 'emoji', name: 'round', unicode: null }],
    ['an emoji that nobody knows', ':gone:', { type: 'emoji', name: 'gone', unicode: null }],
    ['a colour is its code', '#336699', { type: 'color', value: '#336699' }],
    [
      "a time is said in the feed's zone and language",
      '<time datetime="2026-11-22T23:30:00.000Z">23 Nov 2026 at 00:30</time>',
      time({ format: '{date_short} at {time}' }),
    ],
    [
      'a time with an unknown token says what the platform gives',
      '<time datetime="2026-11-22T23:30:00.000Z">&lt;late&gt;</time>',
      time({ format: '{soon}' }),
    ],
    ['a time that is none', '&lt;late&gt;', time({ atMs: 1e300 })],
    [
      'a time with a link',
      `<a href="https://example.org/" ${rel}><time datetime="2026-11-22T23:30:00.000Z">00:30</time></a>`,
      time({ url: 'https://example.org/' }),
    ],
  ])('%s', (_, expected, part) => expect(inline(part)).toBe(expected));

  it.each<[string, string, Block[]]>([
    ['paragraphs', '<p>a</p><p>b</p>', [paragraph('a'), paragraph('b')]],
    ['a heading', '<h4>Late</h4>', [{ type: 'heading', inlines: [{ type: 'text', text: 'Late' }] }]],
    ['code keeps its lines', '<pre><code>if (a &lt; b)\n  c</code></pre>', [{ type: 'code', text: 'if (a < b)\r\n  c' }]],
    ['a rule', '<hr>', [{ type: 'rule' }]],
    ['a quote', '<blockquote><p>a</p></blockquote>', [{ type: 'quote', blocks: [paragraph('a')] }]],
    [
      'lists in lists, and the number that a list begins with',
      '<ol start="4"><li>a<ul><li>b</li></ul></li><li>c</li></ol>',
      [list(true, 4, ['a', [list(false, 1, ['b', []])]], ['c', []])],
    ],
    ['a list that begins with 1', '<ol><li>a</li></ol>', [list(true, 1, ['a', []])]],
    ['a list without items', '', [list(false, 1)]],
  ])('%s', (_, expected, blocks) => expect(html(...blocks)).toBe(expected));
});

describe('HTML of texts that are made to be hard', () => {
  it('quotes and lists 10,000 deep lose their depth, but no word', () => {
    let quote: Block = paragraph('core');
    let deep: Block = list(false, 1, ['core', []]);
    for (let level = 0; level < 10_000; level += 1) {
      quote = { type: 'quote', blocks: [quote] };
      deep = list(false, 1, [`${level},`, [deep]]);
    }
    let [quotes, lists] = ['', ''];
    expect(cpuMsOf(() => ([quotes, lists] = [html(quote), html(deep)]))).toBeLessThan(1_000);
    expect(quotes).toContain('core');
    expect(quotes.match(/<blockquote>/g)?.length).toBe(13);
    expect(lists).toContain('core');
    expect(lists.match(/<ul>/g)?.length).toBe(13);
    expect(lists.match(/\d+,/g)?.length).toBe(10_000);
  });

  it.each([
    ['letters that are escaped', html.bind(null, '<&>"\''.repeat(20_000))],
    ['line feeds', html.bind(null, '\n'.repeat(100_000))],
    [
      'parts of a line',
      html.bind(null, paragraph(...Array.from({ length: 20_000 }, (_, at) => link(`https://example.org/${at}`, 'abcde')))),
    ],
    ['colons and blanks', html.bind(null, ': '.repeat(50_000))],
  ])('100 kB of %s take milliseconds', (_, render) => {
    let length = 0;
    // Some 10 ms: what takes time in the square of the length takes many seconds.
    expect(cpuMsOf(() => (length = render().length))).toBeLessThan(1_000);
    expect(length).toBeGreaterThan(100_000);
  });
});

function link(url: string, text: string | null): Extract<Inline, { type: 'link' }> {
  return { type: 'link', url, text };
}

function time(more: Partial<Extract<Inline, { type: 'time' }>>): Inline {
  return { type: 'time', atMs: Date.UTC(2026, 10, 22, 23, 30), format: '{time}', fallback: '<late>', url: null, ...more };
}

function list(
  ordered: boolean,
  start: number,
  ...items: [text: string, lists: Extract<Block, { type: 'list' }>[]][]
): Extract<Block, { type: 'list' }> {
  return { type: 'list', ordered, start, items: items.map(([text, lists]) => ({ inlines: [{ type: 'text', text }], lists })) };
}
