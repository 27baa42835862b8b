import { describe, expect, it } from 'vitest';
import { readWritten } from '@watchpost/slack/written/read-written';
import { sketch } from '../../support/sketch.ts';

const shown = (raw: Record<string, unknown>) =>
  sketch(readWritten({ type: 'message', ts: '1700000000.000100', user: 'U1', text: 'the fallback', ...raw }, 'C1')!.written.blocks);
const blocks = (...list: unknown[]) => shown({ blocks: list });
const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string, over: object = {}) => ({ type: 'plain_text', text, ...over });

describe('blocks of apps', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['a section', { type: 'section', text: mrkdwn('*b* &amp; <@U1>') }, 'p(bold{b} & @(U1))'],
    [
      'a section with fields, without its button',
      {
        type: 'section',
        fields: [mrkdwn('*Who*\nAda'), plain('at :tada: 5')],
        accessory: { type: 'button', text: plain('Press'), value: 'v' },
      },
      'p(bold{Who}⏎Ada) p(at :tada: 5)',
    ],
    ['plain text, which is escaped but has no styles', { type: 'section', text: plain('*a* &amp;lt; :+1:') }, 'p(*a* &lt; :+1:)'],
    ['plain text without emoji', { type: 'section', text: plain(':+1:', { emoji: false }) }, 'p(:+1:)'],
    [
      'a context, without its icons',
      {
        type: 'context',
        elements: [{ type: 'image', image_url: 'https://x.example/i.png', alt_text: 'icon' }, mrkdwn('_by_ <@U1>'), plain('now')],
      },
      'p(italic{by} @(U1)  now)',
    ],
    ['a header', { type: 'header', text: plain('News :tada:') }, 'h(News :tada:)'],
    ['a divider', { type: 'divider' }, 'hr'],
    [
      'a picture without a file, in words',
      { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'A fire', title: plain('Fire &amp; smoke') },
      'p(italic{Fire & smoke})',
    ],
    ['a picture without a title', { type: 'image', slack_file: { id: 'F1' }, alt_text: 'A fire' }, 'p(italic{A fire})'],
    [
      'a video',
      { type: 'video', title: plain('Film'), title_url: 'https://x.example/film', video_url: 'https://y.example' },
      'p([Film](https://x.example/film))',
    ],
    [
      'a table',
      {
        type: 'table',
        rows: [
          [
            { type: 'raw_text', text: 'a&amp;' },
            {
              type: 'rich_text',
              elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'b', style: { bold: true } }] }],
            },
          ],
          [{ type: 'raw_text', text: 'c' }],
        ],
      },
      'p(a& | bold{b}) p(c)',
    ],
    [
      'a block that is new, by its words',
      { type: 'alert', title: plain('Careful'), body: { elements: [mrkdwn('*hot*')] } },
      'p(Careful) p(hot)',
    ],
  ])('%s', (_what, block, expected) => {
    expect(blocks(block)).toBe(expected);
  });

  it('without anything to read leave the text of the message', () => {
    expect(blocks({ type: 'actions', elements: [{ type: 'button', text: plain('Press') }] }, { type: 'input', label: plain('Say') })).toBe(
      'p(the fallback)',
    );
    expect(blocks('nonsense', null, 7, { type: 'section' })).toBe('p(the fallback)');
  });
});

describe('a block of Markdown', () => {
  it.each([
    ['# One\n## Two ##\ntext', 'h(One) h(Two) p(text)'],
    ['**b** __b__ *i* _i_ ~~s~~ `c *x*` snake_case a*b', 'p(bold{b} bold{b} italic{i} italic{i} strike{s} code{c *x*} snake_case a*b)'],
    ['**b *bi* b**', 'p(bold{b }bold+italic{bi}bold{ b})'],
    ['[label](https://x.example/?a=1&b=2) <https://x.example>', 'p([label](https://x.example/?a=1&b=2) [](https://x.example))'],
    ['![A fire](https://x.example/i.png)', 'p(italic{A fire})'],
    ['- a\n- b\n  - b1\n  - b2\n- c', 'ul(- a - b ul(- b1 - b2) - c)'],
    ['3. a\n4. b\n\ntext', 'ol3(- a - b) p(text)'],
    ['> q\n> r\ntext', 'quote(p(q⏎r)) p(text)'],
    ['```js\nif (*a*)\n```\ntext', 'pre(if (*a*)) p(text)'],
    ['a\n---\nb', 'p(a) hr p(b)'],
    ['one\ntwo\n\nthree', 'p(one⏎two) p(three)'],
    ['&lt;b&gt; <script>alert(1)</script>', 'p(&lt;b&gt; <script>alert(1)</script>)'],
    ['```\nopen', 'pre(open)'],
  ])('%j', (text, expected) => {
    expect(blocks({ type: 'markdown', text })).toBe(expected);
  });
});

describe('attachments', () => {
  it('of apps are quotes of what they say', () => {
    const attachment = {
      color: 'ff0000',
      fallback: 'not this',
      pretext: '*before*',
      author_name: 'Ada &amp; Co',
      title: 'Title &lt;1&gt;',
      title_link: 'https://x.example/title',
      text: '_body_\n&gt; said',
      fields: [{ title: 'Field', value: 7 }],
      image_url: 'https://x.example/i.png',
      footer: 'small print',
      actions: [{ type: 'button', text: 'Go' }],
    };
    expect(shown({ text: 'look', bot_id: 'B1', attachments: [attachment] })).toBe(
      'p(look) p(bold{before}) quote(p(Ada & Co) p(bold{[Title <1>](https://x.example/title)}) p(italic{body}) quote(p(said)) p(bold{Field}) p(7) p(small print))',
    );
  });

  it('have blocks, or a fallback where there is nothing else', () => {
    expect(
      shown({
        text: '',
        bot_id: 'B1',
        attachments: [{ text: 'not this', blocks: [{ type: 'header', text: plain('H') }] }, { fallback: 'words' }],
      }),
    ).toBe('quote(h(H)) quote(p(words))');
  });

  it('of people are none: what Slack attaches to their messages was written elsewhere, whatever it is marked as', () => {
    expect(shown({ text: 'look', user: 'U1', attachments: [{ text: 'copied' }] })).toBe('p(look)');
    expect(shown({ text: '', user: 'U1', bot_profile: { id: 'B1', app_id: 'A1' }, attachments: [{ text: 'kept' }] })).toBe(
      'quote(p(kept))',
    );
  });

  it.each<[string, Record<string, unknown>]>([
    ['of a page', { from_url: 'https://x.example', title: 'Page', text: 'copied' }],
    ['of a page that Slack was redirected from', { original_url: 'https://x.example', text: 'copied' }],
    ['by an app', { app_unfurl_url: 'https://x.example', is_app_unfurl: true, blocks: [{ type: 'section', text: mrkdwn('copied') }] }],
    ['of a message', { is_msg_unfurl: true, channel_id: 'C0PRIVATE', text: 'copied', message_blocks: [{ message: { blocks: [] } }] }],
    ['of a message that somebody shared', { is_share: true, text: 'copied' }],
    ['of a message, by its blocks alone', { message_blocks: [{ message: { blocks: [{ type: 'section', text: mrkdwn('copied') }] } }] }],
    ['of a message, by its channel alone', { channel_id: 'C0PRIVATE', ts: '1.2', text: 'copied' }],
  ])('that are previews %s are left out: they copy what was written elsewhere', (_what, attachment) => {
    expect(shown({ text: 'see <https://x.example>', bot_id: 'B1', attachments: [attachment, { text: 'kept' }] })).toBe(
      'p(see [](https://x.example)) quote(p(kept))',
    );
  });
});
