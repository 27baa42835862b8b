import { describe, expect, it } from 'vitest';
import { readMessage } from '@watchpost/slack/content/read-message';

// In pieces, so that nobody takes it for a real one.
const key = ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join('');
const [head, tail] = [key.slice(0, 9), key.slice(9)];

const read = (raw: Record<string, unknown>) => readMessage({ type: 'message', ts: '1700000000.000100', user: 'U1', ...raw }, 'C1')!;
/** What a message says, as `where: text`. */
const said = (raw: Record<string, unknown>) => read(raw).content.texts.map(({ where, text }) => `${where}: ${text}`);

const richText = (...elements: unknown[]) => ({ type: 'rich_text', elements });
const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
const text = (words: string, style?: object) => ({ type: 'text', text: words, ...(style && { style }) });

describe('the text of a message without blocks', () => {
  it.each([
    ['plain words', 'text: plain words'],
    ['*bold* _italic_ ~struck~ `code` ```pre```', 'text: bold italic struck code pre'],
    [`_${key}_`, `text: ${key}`],
    [`*_${key}_*`, `text: ${key}`],
    ['2 * 3 * 4 and snake_case_name', 'text: 2 * 3 * 4 and snake_case_name'],
    ['`__init__` *a\nb*', 'text: __init__ *a\nb*'],
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', 'text: 1 < 2 && 3 > 2'],
    ['&amp;lt; &amp;amp; &quot;', 'text: &lt; &amp; &quot;'],
    ['<@U2> <@U2|ada> <#C1> <#C1|general> <#C1|>', 'text: @U2 @ada #C1 #general #C1'],
    ['<!here> <!channel> <!everyone> <!subteam^S1|@guards> <!subteam^S1>', 'text: @here @channel @everyone @guards @S1'],
    ['<!date^1700000000^{date_short}|14 November>', 'text: 14 November'],
    [`<!date^1700000000^${key} {date}|then>`, `text: ${key} {date}|text: then`],
    ['<!unknown|y>', 'text: y'],
    ['mail <mailto:ada@example.com|ada@example.com>', 'text: mail ada@example.com'],
    ['call <tel:+4930123456|+49 30 123456>', 'text: call +49 30 123456'],
    ['call <tel:+4930123456|us>', 'text: call us|link: tel:+4930123456'],
    ['see <http://example.com|example.com>', 'text: see example.com'],
    ['see <https://example.com/a?b=1&amp;c=2>', 'text: see https://example.com/a?b=1&c=2'],
    [`see <https://example.com/?key=${key}|this>`, `text: see this|link: https://example.com/?key=${key}`],
    [`<!date^1700000000^{date}^https://example.com/${key}|then>`, `text: then|link: https://example.com/${key}`],
    [`${head}\u200b${tail}`, `text: ${key}`],
    [`${head}\u00ad${tail} 👩‍👩‍👧 می\u200cخواهم`, `text: ${key} 👩‍👩‍👧 می\u200cخواهم`],
    [`${key}\u200bß and ß\u200b${key}`, `text: ${key}ß and ß${key}`],
    ['a\uffffb <https://x.example/c|d> e', 'text: ab d e|link: https://x.example/c'],
    ['   ', ''],
  ])('%j is read as %j', (raw, expected) => {
    expect(said({ text: raw }).join('|')).toBe(expected);
  });
});

describe('rich text', () => {
  it.each<[string, unknown[], string]>([
    ['a key of which a half is bold', [text(head, { bold: true }), text(tail)], key],
    ['a key in three elements', [text(head), text(tail.slice(0, 4), { code: true }), text(tail.slice(4), { italic: true })], key],
    ['entities, which are literal', [text('a &amp; b')], 'a &amp; b'],
    ['an emoji', [text('hi '), { type: 'emoji', name: 'wave', unicode: '1f44b' }], 'hi :wave:'],
    [
      'mentions',
      [
        { type: 'user', user_id: 'U2' },
        { type: 'channel', channel_id: 'C2' },
        { type: 'usergroup', usergroup_id: 'S1' },
      ],
      '@U2#C2@S1',
    ],
    ['a broadcast', [{ type: 'broadcast', range: 'here' }], '@here'],
    ['a colour', [{ type: 'color', value: '#ff0000' }], '#ff0000'],
    ['a date', [{ type: 'date', timestamp: 1, format: '{date}', fallback: 'yesterday' }], 'yesterday'],
    ['a link without a label', [{ type: 'link', url: 'https://example.com' }], 'https://example.com'],
    ['an unknown element with a text', [{ type: 'citation', text: key, citation_id: 'x' }], key],
    ['an unknown element with a name', [{ type: 'canvas', name: key }], key],
    ['an unknown element with a fallback', [{ type: 'salesforce_data_field', fallback: key }], key],
  ])('is read in one piece: %s', (_what, elements, expected) => {
    expect(said({ blocks: [richText(section(...elements))] })).toEqual([`text: ${expected}`]);
  });

  it('has lists, quotes and preformatted text line by line', () => {
    const list = (words: string, indent: number) => ({
      type: 'rich_text_list',
      style: 'bullet',
      indent,
      elements: [section(text(words)), section(text(`${words} again`))],
    });
    const blocks = [
      richText(
        section(text('first\n')),
        list('one', 0),
        list('two', 1),
        { type: 'rich_text_quote', elements: [text(head), text(tail)] },
        { type: 'rich_text_preformatted', elements: [text('x = 1')], language: 'text' },
      ),
    ];
    expect(said({ blocks })[0]).toBe(`text: first\n\none\none again\ntwo\ntwo again\n${key}\nx = 1`);
  });

  it('has a link’s address beside its label, and what an unknown element hides', () => {
    const blocks = [
      richText(
        section(
          { type: 'link', url: `https://x.example/${key}`, text: 'here' },
          { type: 'work_object', name: 'ticket', secret: 'hidden words' },
        ),
      ),
    ];
    expect(said({ blocks })).toEqual(['text: hereticket', `link: https://x.example/${key}`, 'hidden field: hidden words']);
  });

  it('is not said twice where `text` repeats it', () => {
    const blocks = [
      richText(
        section(text('Look', { bold: true }), text(' at '), { type: 'link', url: 'https://x.example/a', text: 'this' }, text(', '), {
          type: 'user',
          user_id: 'U2',
        }),
        { type: 'rich_text_list', style: 'ordered', elements: [section(text('one')), section(text('two', { code: true }))] },
        { type: 'rich_text_quote', elements: [text('a & b')] },
      ),
    ];
    const raw = { blocks, text: '*Look* at <https://x.example/a|this>, <@U2|ada>\n1. one\n2. `two`\n&gt; a &amp; b' };
    expect(said(raw)).toEqual(['text: Look at this, @U2\none\ntwo\na & b', 'link: https://x.example/a']);
  });

  it('has the words around a date, and what stands there for those who cannot see them', () => {
    const date = { type: 'date', timestamp: 1, format: `${tail} until {date_num}`, fallback: 'until noon' };
    expect(said({ blocks: [richText(section(text(head), date))] })).toEqual([`text: ${key} until {date_num}`, 'text: until noon']);
  });

  it.each([key, `nothing here ${key}`, `Look at this: ${head}_${tail}`])(
    'is said beside a `text` that says something else: %s',
    (other) => {
      expect(said({ blocks: [richText(section(text('Look at this')))], text: other })).toEqual([
        'text: Look at this',
        `fallback text: ${other}`,
      ]);
    },
  );
});

it('is said again where it stands in one line and others say it in parts', () => {
  const number = ['4111 1111', '1111 1111'];
  const sections = number.map((half) => ({ type: 'section', text: { type: 'plain_text', text: half } }));
  expect(said({ blocks: sections, text: number.join(' ') })).toContain(`fallback text: ${number.join(' ')}`);
  const attachments = [...number, number.join(' ')].map((half) => ({ text: half }));
  expect(said({ text: 'hi', attachments })).toContain(`attachment 3: ${number.join(' ')}`);
});

describe('other blocks', () => {
  const mrkdwn = (words: string) => ({ type: 'mrkdwn', text: words });
  const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: true });

  it.each<[string, object, string[]]>([
    [
      'a section with fields',
      { type: 'section', text: mrkdwn('*a* &amp; b'), fields: [mrkdwn('c'), plain('d &amp; e')] },
      ['text: a & b\nc\nd & e'],
    ],
    ['a header', { type: 'header', text: plain('a *b*') }, ['text: a *b*']],
    [
      'a context',
      { type: 'context', elements: [mrkdwn('a'), { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'b' }] },
      ['text: a\nb', 'link: https://x.example/i.png'],
    ],
    ['an image', { type: 'image', alt_text: key, title: plain('b'), slack_file: { id: 'F0AAAAAAAA' } }, [`text: ${key}\nb`]],
    [
      'a table',
      { type: 'table', rows: [[{ type: 'raw_text', text: 'a &amp;' }, richText(section(text('b')))], [{ type: 'raw_text', text: key }]] },
      [`text: a &amp;\nb\n${key}`],
    ],
    [
      'an input',
      {
        type: 'input',
        label: plain('a'),
        hint: plain('b'),
        element: { type: 'plain_text_input', action_id: 'x', initial_value: key, placeholder: plain('c') },
      },
      ['text: a\nb\nc', `hidden field: ${key}`],
    ],
    [
      'a video',
      {
        type: 'video',
        title: plain('a'),
        description: plain('b'),
        alt_text: 'c',
        author_name: 'd',
        video_url: 'https://x.example/v',
        thumbnail_url: 'https://x.example/t',
      },
      ['text: a\nb\nc\nd', 'link: https://x.example/v', 'link: https://x.example/t'],
    ],
    [
      'buttons',
      {
        type: 'actions',
        elements: [
          {
            type: 'button',
            action_id: 'x',
            text: plain('a'),
            url: 'https://x.example/b',
            value: key,
            confirm: { title: plain('c'), text: mrkdwn('d') },
          },
        ],
      },
      ['text: a\nc\nd', 'link: https://x.example/b', `hidden field: ${key}`],
    ],
    [
      'a menu',
      {
        type: 'actions',
        elements: [
          { type: 'static_select', placeholder: plain('a'), options: [{ text: plain('b'), value: key, description: plain('c') }] },
        ],
      },
      ['text: a\nb\nc', `hidden field: ${key}`],
    ],
    [
      'Markdown',
      { type: 'markdown', text: `**${head}**${tail} [here](https://x.example/${key}) \`c\`` },
      [`text: ${key} here c`, `link: https://x.example/${key}`, `text: **${head}**${tail} [here](https://x.example/${key}) \`c\``],
    ],
    [
      'one of an unknown type',
      { type: 'carousel', block_id: 'x', cards: [{ heading: mrkdwn('a'), subtitle: { words: key } }] },
      ['text: a', `hidden field: ${key}`],
    ],
  ])('are read: %s', (_what, block, expected) => {
    expect(said({ blocks: [block], text: '' })).toEqual(expected);
  });

  it('stand line by line in one text', () => {
    expect(said({ blocks: [{ type: 'section', text: mrkdwn('a') }, { type: 'divider' }, { type: 'section', text: mrkdwn('b') }] })).toEqual(
      ['text: a\nb'],
    );
  });
});
