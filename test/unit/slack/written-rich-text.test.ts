import { describe, expect, it } from 'vitest';
import { readWritten } from '@watchpost/slack/written/read-written';
import { sketch } from '../../support/sketch.ts';

const blocksOf = (blocks: unknown, over: Record<string, unknown> = {}) =>
  readWritten({ type: 'message', ts: '1700000000.000100', user: 'U1', text: 'the fallback', blocks, ...over }, 'C1')!.written.blocks;
const rich = (...elements: unknown[]) => sketch(blocksOf([{ type: 'rich_text', block_id: 'x', elements }]));
const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
const text = (words: string, style?: Record<string, boolean>) => ({ type: 'text', text: words, ...(style && { style }) });
const list = (style: string, indent: number, items: string[], over: Record<string, unknown> = {}) => ({
  type: 'rich_text_list',
  style,
  indent,
  border: 0,
  elements: items.map((item) => section(text(item))),
  ...over,
});

describe('elements of rich text', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['text, which is literal', text('*a* &amp; <b> :tada:'), '*a* &amp; <b> :tada:'],
    ['lines', text('a\nb'), 'a⏎b'],
    ['bold', text('x', { bold: true }), 'bold{x}'],
    ['italic', text('x', { italic: true }), 'italic{x}'],
    ['strike', text('x', { strike: true }), 'strike{x}'],
    ['underline', text('x', { underline: true }), 'underline{x}'],
    ['code', text('x', { code: true }), 'code{x}'],
    [
      'all of them, and what is none of them',
      text('x', { code: true, underline: true, strike: true, italic: true, bold: true, highlight: true, client_highlight: true }),
      'bold+italic+strike+underline+code{x}',
    ],
    ['a link', { type: 'link', url: 'https://x.example/?a=1&b=2' }, '[](https://x.example/?a=1&b=2)'],
    ['a link with a label', { type: 'link', url: 'https://x.example', text: 'x', style: { bold: true } }, 'bold{[x](https://x.example)}'],
    ['a link without an address', { type: 'link', url: '', text: 'x' }, 'x'],
    ['a member', { type: 'user', user_id: 'U2', style: { italic: true } }, 'italic{@(U2)}'],
    ['a group', { type: 'usergroup', usergroup_id: 'S1' }, 'group(S1 -)'],
    ['a channel', { type: 'channel', channel_id: 'C2' }, '#(C2)'],
    ['a team', { type: 'team', team_id: 'T1', name: 'Newsroom' }, 'Newsroom'],
    ['everybody', { type: 'broadcast', range: 'everyone' }, 'all(everyone)'],
    ['nobody that is known', { type: 'broadcast', range: '<script>' }, ''],
    ['an emoji', { type: 'emoji', name: 'wave', unicode: '1f44b-1f3fd', skin_tone: 4 }, ':wave=👋🏽:'],
    ['a joined emoji', { type: 'emoji', name: 'woman-farmer', unicode: '1f469-200d-1f33e' }, ':woman-farmer=👩‍🌾:'],
    ['a flag', { type: 'emoji', name: 'flag-de', unicode: '1f1e9-1f1ea' }, ':flag-de=🇩🇪:'],
    ['an emoji of the workspace', { type: 'emoji', name: 'wave::skin-tone-2', url: 'https://emoji.slack-edge.com/x.png' }, ':wave:'],
    ['an emoji that says something else', { type: 'emoji', name: 'x', unicode: '3c-73-63-72-69-70-74-3e' }, ':x:'],
    ['an emoji of letters', { type: 'emoji', name: 'x', unicode: '61-62' }, ':x:'],
    ['an emoji of no character', { type: 'emoji', name: 'x', unicode: '110000-d800-zz' }, ':x:'],
    [
      'a date',
      { type: 'date', timestamp: 1_700_000_000, format: '{date_short_pretty} at {time}', fallback: 'then', url: 'https://x.example/' },
      'time(1700000000000 {date_short_pretty} at {time}|then https://x.example/)',
    ],
    ['a date that is none', { type: 'date', format: '{date}', fallback: 'then' }, 'then'],
    ['a colour', { type: 'color', value: '#FF00aa' }, 'color(#FF00aa)'],
    ['no colour', { type: 'color', value: 'url(x)' }, 'url(x)'],
    ['an element that is new, by its text', { type: 'citation', text: 'words', name: 'no', url: 'https://x.example' }, 'words'],
    ['by its name', { type: 'work_object_mention', name: 'Ticket 7', fallback: 'no' }, 'Ticket 7'],
    ['by its fallback', { type: 'canvas', fallback: 'A canvas' }, 'A canvas'],
    ['or not at all', { type: 'tag', id: 'x' }, ''],
    ['named as what every object has', { type: 'constructor', text: 'words' }, 'words'],
    ['a member without an id', { type: 'user', user_id: '"><b>', text: 'somebody' }, 'somebody'],
  ])('%s', (_what, element, expected) => {
    expect(rich(section(text('a '), element, text(' z')))).toBe(`p(a ${expected} z)`);
  });

  it('join where they are of one style, and the text of a message without words is its blocks’ fallback', () => {
    expect(blocksOf([{ type: 'rich_text', elements: [section(text('a'), text('b'), text('c', { bold: true }))] }])).toEqual([
      {
        type: 'paragraph',
        inlines: [
          { type: 'text', text: 'ab' },
          { type: 'text', text: 'c', styles: ['bold'] },
        ],
      },
    ]);
    expect(sketch(blocksOf([{ type: 'rich_text', elements: [section(text('  '))] }]))).toBe('p(the fallback)');
  });
});

describe('containers of rich text', () => {
  it('are paragraphs, quotes and code, in their order', () => {
    expect(
      rich(
        section(text('one\n\ntwo\n')),
        { type: 'rich_text_quote', elements: [text('said '), text('so', { bold: true }), text('\nthen')] },
        { type: 'rich_text_preformatted', border: 0, elements: [text('if (a < b)\n  '), { type: 'link', url: 'https://x.example' }] },
        section(text('end')),
      ),
    ).toBe('p(one) p(two) quote(p(said bold{so}⏎then)) pre(if (a < b)⏎  https://x.example) p(end)');
  });

  it('nest lists by their indent: a sub-list is the next one, and the list above it goes on after it', () => {
    expect(
      rich(
        list('bullet', 0, ['a', 'b']),
        list('bullet', 1, ['b1']),
        list('ordered', 2, ['x', 'y']),
        list('bullet', 1, ['b2']),
        list('bullet', 0, ['c']),
      ),
    ).toBe('ul(- a - b ul(- b1 ol(- x - y) - b2) - c)');
  });

  it('go on counting where Slack says so, and begin anew where it does not', () => {
    expect(rich(list('ordered', 0, ['1', '2']), list('bullet', 1, ['x']), list('ordered', 0, ['3'], { offset: 2 }))).toBe(
      'ol(- 1 - 2 ul(- x) - 3)',
    );
    expect(rich(list('ordered', 0, ['1']), list('bullet', 1, ['x']), list('ordered', 0, ['2']))).toBe('ol(- 1 ul(- x) - 2)');
    expect(rich(list('ordered', 0, ['1']), section(text('between')), list('ordered', 0, ['2'], { offset: 1 }))).toBe(
      'ol(- 1) p(between) ol2(- 2)',
    );
    expect(rich(list('ordered', 0, ['1']), list('ordered', 0, ['again']))).toBe('ol(- 1) ol(- again)');
    expect(rich(list('ordered', 0, ['1']), list('ordered', 0, ['7'], { offset: 6 }))).toBe('ol(- 1) ol7(- 7)');
  });

  it('change their kind at the same indent without leaving their place', () => {
    expect(rich(list('bullet', 0, ['a']), list('bullet', 1, ['b']), list('ordered', 1, ['1']), list('ordered', 0, ['c']))).toBe(
      'ul(- a ul(- b) ol(- 1)) ol(- c)',
    );
  });

  it('skip levels, begin below the first one, and are never deeper than Slack’s', () => {
    expect(rich(list('bullet', 2, ['deep']), list('bullet', 0, ['top']), list('bullet', 5, ['in']))).toBe('ul(- deep) ul(- top ul(- in))');
    const steep = Array.from({ length: 50 }, (_, indent) => list('bullet', indent, [String(indent)]));
    expect(rich(...steep)).toMatch(/^(?:ul\(- \d ){8}ul\(- 8 - 9 .*- 49\){9}$/);
  });

  it('with a border are in the quote beside them', () => {
    expect(
      rich(
        { type: 'rich_text_quote', elements: [text('q')] },
        list('bullet', 0, ['a'], { border: 1 }),
        { type: 'rich_text_preformatted', border: 1, elements: [text('c')] },
        list('bullet', 0, ['b']),
      ),
    ).toBe('quote(p(q) ul(- a) pre(c)) ul(- b)');
  });

  it('with a border and without one are apart, also where nothing is between them', () => {
    expect(rich(list('bullet', 0, ['a'], { border: 1 }), list('bullet', 0, ['b']), list('bullet', 1, ['c'], { border: 1 }))).toBe(
      'quote(ul(- a)) ul(- b) quote(ul(- c))',
    );
  });

  it('that are new are read like sections', () => {
    expect(
      rich({ type: 'rich_text_callout', elements: [section(text('in it'))] }, { type: 'rich_text_new', elements: [text('too')] }),
    ).toBe('p(in it) p(too)');
  });
});
