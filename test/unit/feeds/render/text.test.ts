import { describe, expect, it } from 'vitest';
import { htmlOf } from '@watchpost/feeds/render/html';
import { writtenOf } from '@watchpost/feeds/render/plain';
import { textOf } from '@watchpost/feeds/render/text';
import type { Block } from '@watchpost/shared/chat/written';
import { cpuMsOf } from '../../../support/cpu-time.ts';
import { paragraph, sampleNames, written } from '../../../support/entry-samples.ts';

const names = sampleNames();

describe('the plain text of what somebody wrote', () => {
  it('has a line for each block, and no markup', () => {
    const blocks: Block[] = [
      { type: 'heading', inlines: [{ type: 'text', text: 'Late' }] },
      paragraph({ type: 'text', text: 'Hi ', styles: ['bold'] }, { type: 'member', member: 'U01ADA' }, ' & ', {
        type: 'broadcast',
        range: 'here',
      }),
      paragraph({ type: 'link', url: 'https://example.org', text: 'list' }, ' ', { type: 'link', url: 'mailto:a@example.org', text: null }),
      paragraph({ type: 'channel', channel: 'C01NEWS' }, { type: 'channel', channel: 'C9' }, { type: 'group', group: 'S1', name: '@desk' }),
      paragraph(
        { type: 'emoji', name: 'tada', unicode: null },
        { type: 'emoji', name: 'parrot', unicode: null },
        { type: 'color', value: '#123456' },
      ),
      paragraph(
        { type: 'time', atMs: Date.UTC(2026, 10, 22, 11), format: '{time}', fallback: 'noon', url: null },
        { type: 'break' },
        'on time',
      ),
      { type: 'rule' },
      { type: 'quote', blocks: [paragraph('a\nb'), { type: 'quote', blocks: [paragraph('c')] }] },
      {
        type: 'list',
        ordered: true,
        start: 3,
        items: [
          {
            inlines: [{ type: 'text', text: 'three' }],
            lists: [{ type: 'list', ordered: false, start: 1, items: [{ inlines: [{ type: 'text', text: 'point' }], lists: [] }] }],
          },
          { inlines: [{ type: 'text', text: 'four' }], lists: [] },
        ],
      },
      { type: 'code', text: 'x < y' },
    ];
    expect(textOf(written(...blocks), names).split('\n')).toEqual([
      'Late',
      'Hi @Ada & @here',
      'list a@example.org',
      '#news#private-channel@desk',
      '🎉:parrot:#123456',
      '12:00',
      'on time',
      '> a',
      '> b',
      '> > c',
      '3. three',
      '  • point',
      '4. four',
      'x < y',
    ]);
  });

  it('holds nothing that XML and JSON readers stumble over', () => {
    expect(textOf(written('a\u0000b\uD800c\r\nd\uFFFF'), names)).toBe('abc\nd');
  });

  it('of quotes 10,000 deep is there at once', () => {
    let deep: Block = paragraph('core');
    for (let level = 0; level < 10_000; level += 1) deep = { type: 'quote', blocks: [deep] };
    expect(textOf(written(deep), names)).toBe(`${'> '.repeat(13)}core`);
  });
});

describe("an editor's plain text", () => {
  it.each([
    ['a < b\nc', '<p>a &lt; b<br>c</p>'],
    ['one\r\n \r\n\n two', '<p>one</p><p>two</p>'],
    ['*not bold* <@U01ADA> :tada:', '<p>*not bold* &lt;@U01ADA&gt; :tada:</p>'],
    [
      'See https://example.org/a?b=1, and (https://example.org/c).',
      '<p>See <a href="https://example.org/a?b=1" rel="noopener noreferrer nofollow ugc" target="_blank">https://example.org/a?b=1</a>, and ' +
        '(<a href="https://example.org/c" rel="noopener noreferrer nofollow ugc" target="_blank">https://example.org/c</a>).</p>',
    ],
    ['https://ada:pass@example.org/ javascript:alert(1)', '<p>https://ada:pass@example.org/ javascript:alert(1)</p>'],
    [' \n ', ''],
  ])('%j', (text, html) => expect(htmlOf(writtenOf(text), names)).toBe(html));

  it('of 100 kB takes milliseconds, whatever it is made of', () => {
    // 100 ms in all, on one core.
    for (const part of ['\n', ' \n', 'https://', 'https://a.', 'https://a.example ', '\n \t'])
      expect(cpuMsOf(() => void writtenOf(part.repeat(100_000 / part.length)))).toBeLessThan(1_000);
  });
});
