import { renderMrkdwn } from '@watchpost/slack/mrkdwn';
import { readBlocks } from '@watchpost/standalone/slack/blocks';
import { mrkdwnToHtml, safeHref } from '@watchpost/standalone/slack/page/mrkdwn-html';
import { renderBlocks } from '@watchpost/standalone/slack/page/render-blocks';
import { renderMessage, type ShownMessage } from '@watchpost/standalone/slack/page/render-message';
import { renderModal } from '@watchpost/standalone/slack/page/render-view';
import { describe, expect, it } from 'vitest';

const names = new Map([
  ['U1', 'Sam <Okafor>'],
  ['C1', 'who-was-there'],
]);
const nameOf = (id: string): string | undefined => names.get(id);
const around = { nameOf, members: [{ id: 'U1', name: 'Sam <Okafor>' }] };
const plain = (text: string) => ({ type: 'plain_text', text });
const shown = (over: Partial<ShownMessage> = {}): ShownMessage => ({
  channel: 'C1',
  ts: '1700000000.000100',
  author: 'watchpost',
  by: 'app',
  text: '',
  blocks: undefined,
  pictures: [],
  replies: [],
  reactions: [],
  ephemeral: false,
  ...over,
});
const blocksToHtml = (blocks: unknown): string => renderBlocks(readBlocks(blocks), around);

describe('text on the page of the emulated Slack', () => {
  it.each([
    ['*Ada* _maybe_ ~not~ `code`', '<b>Ada</b> <i>maybe</i> <s>not</s> <code>code</code>'],
    ['2 * 3 * 4 a_b_c', '2 * 3 * 4 a_b_c'],
    ['one\ntwo', 'one<br>two'],
    ['&gt; said\nthen', '<blockquote>said</blockquote>then'],
    ['```a *b*\nc```', '<pre>a *b*\nc</pre>'],
    ['<@U1> in <#C1|x>', '<span class="mention">@Sam &lt;Okafor&gt;</span> in <span class="mention">#who-was-there</span>'],
    ['<@U9> <!here>', '<span class="mention">@unknown</span> <span class="mention">@here</span>'],
    [
      '<https://example.org/?a=1&amp;b=2|*more*>',
      '<a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow"><b>more</b></a>',
    ],
    ['<http://127.0.0.1:4003/archives/C1/p12|snapshot>', '<a href="#C1-p12">snapshot</a>'],
    [
      '<!date^1700000000^{date_short} at {time}|then>',
      '<time datetime="2023-11-14T22:13:20.000Z" data-tokens="{date_short} at {time}">then</time>',
    ],
    ['&lt;https://evil.example|Ada&gt;', '&lt;https://evil.example|Ada&gt;'],
    ['<javascript:alert(1)|x>', '&lt;javascript:alert(1)|x&gt;'],
    ['&amp;lt;', '&amp;lt;'],
  ])('shows %s as Slack does', (text, html) => {
    expect(mrkdwnToHtml(text, nameOf)).toBe(html);
  });

  it.each(['<https://evil.example|Ada>', '<script>alert(1)</script>', '*bold*', '" onclick="x', '<@U1>', '`code`', '\uE0000\uE001'])(
    'shows the name %s literally',
    (name) => {
      const html = mrkdwnToHtml(renderMrkdwn([{ text: `1 face: ${name}` }]), nameOf);
      expect(html).not.toMatch(/<(?:a|script|b|code|span)\b|" onclick/);
    },
  );

  it('follows no address that could run something', () => {
    expect(['javascript:alert(1)', 'data:text/html,x', ' https://x.test'].map(safeHref)).toEqual([null, null, null]);
  });
});

describe('blocks on the page of the emulated Slack', () => {
  it('shows a picture by the id of its file, with its description and title', () => {
    const html = blocksToHtml([{ type: 'image', slack_file: { id: 'F0ABC' }, alt_text: '"two" faces', title: plain('Front door') }]);
    expect(html).toContain('<img src="/picture/F0ABC" alt="&quot;two&quot; faces"');
    expect(html).toContain('<figcaption>Front door</figcaption>');
  });

  it('shows no picture of another site', () => {
    expect(blocksToHtml([{ type: 'image', image_url: 'https://evil.example/x.png', alt_text: 'x' }])).toBe('');
  });

  it('gives each button what the app needs to hear, and asks before a weighty one', () => {
    const confirm = { title: plain('Forget?'), text: plain('For good.'), confirm: plain('Forget'), deny: plain('Keep') };
    const html = blocksToHtml([
      {
        type: 'actions',
        block_id: 'faces',
        elements: [{ type: 'button', action_id: 'go', value: 'is|v"1', style: 'danger', text: plain('This is…'), confirm }],
      },
    ]);
    expect(html).toContain('class="button danger"');
    expect(html).toContain('data-press="go" data-block="faces" data-type="button"');
    expect(html).toContain('data-value="is|v&quot;1"');
    expect(html).toContain('[&quot;Forget?&quot;,&quot;For good.&quot;,&quot;Forget&quot;,&quot;Keep&quot;]');
  });

  it('names blocks and elements that have no id by their place', () => {
    const html = blocksToHtml([
      { type: 'divider' },
      {
        type: 'actions',
        elements: [
          { type: 'button', text: plain('A') },
          { type: 'button', text: plain('B') },
        ],
      },
    ]);
    expect(html).toContain('data-press="a1" data-block="b1"');
  });

  it('shows a menu beside the text, and says which block it cannot show', () => {
    const option = { text: plain('Not a face'), value: 'not-a-face|v|1|' };
    const html = blocksToHtml([
      { type: 'section', text: { type: 'mrkdwn', text: '*1* Ada' }, accessory: { type: 'overflow', action_id: 'menu', options: [option] } },
      { type: 'carousel' },
    ]);
    expect(html).toContain('<b>1</b> Ada');
    expect(html).toMatch(
      /<summary aria-label="More actions"[^>]*>⋯<\/summary><ul><li><button[^>]*data-value="not-a-face\|v\|1\|">Not a face<\/button>/,
    );
    expect(html).toContain('carousel, which this page does not show');
  });
});

describe('a dialog on the page of the emulated Slack', () => {
  it('labels its fields, offers members, and has a place for what is wrong', () => {
    const html = renderModal(
      {
        id: 'V1',
        hash: 'h',
        type: 'modal',
        title: plain('This is…'),
        submit: plain('Save'),
        close: plain('Cancel'),
        blocks: [
          {
            type: 'input',
            block_id: 'who',
            label: plain('Somebody known'),
            element: { type: 'external_select', action_id: 'p', min_query_length: 0 },
          },
          { type: 'input', block_id: 'm', label: plain('A member'), optional: true, element: { type: 'users_select', action_id: 'm' } },
          {
            type: 'input',
            block_id: 'n',
            label: plain('A new name'),
            element: { type: 'plain_text_input', action_id: 'n', max_length: 80, initial_value: 'A"' },
          },
        ],
      },
      around,
    );
    expect(html).toContain('data-view="V1"');
    expect(html).toMatch(/role="combobox"[^>]*data-least="0"/);
    expect(html).toContain('aria-labelledby="label-who" aria-describedby="error-who"');
    expect(html).toContain('<p class="error" id="error-who" role="alert">');
    expect(html).toContain('<option value="U1">Sam &lt;Okafor&gt;</option>');
    expect(html).toMatch(/maxlength="80"[^>]* value="A&quot;"/);
    expect(html).toContain('A member <small>(optional)</small>');
    expect(html).toContain('<button type="submit" class="button primary">Save</button>');
  });
});

describe('a message on the page of the emulated Slack', () => {
  it('can be linked to, and escapes its author and the names of its files', () => {
    const html = renderMessage(shown({ author: '<i>&"', pictures: [{ id: 'F1', name: '"><script>' }] }), around, []);
    expect(html).toContain('id="C1-p1700000000000100"');
    expect(html).toContain('<b>&lt;i&gt;&amp;&quot;</b>');
    expect(html).toContain('alt="&quot;&gt;&lt;script&gt;"');
    expect(html).not.toContain('<script>');
  });

  it('shows its blocks instead of its text, and its thread below', () => {
    const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: 'from blocks' } }];
    const html = renderMessage(
      shown({ text: 'for notifications', blocks, replies: [shown({ text: 'first', thread: '1700000000.000100' })] }),
      around,
      [],
    );
    expect(html).toContain('from blocks');
    expect(html).not.toContain('for notifications');
    expect(html).toMatch(/<div class="thread"><p class="small">1 reply<\/p>[\s\S]*first/);
    expect(html).toContain('data-thread="1700000000.000100"');
  });

  it('offers the shortcut on pictures, not elsewhere', () => {
    const shortcuts = [{ name: 'Recognise faces', callbackId: 'recognise_faces' }];
    expect(renderMessage(shown({ pictures: [{ id: 'F1', name: 'a' }] }), around, shortcuts)).toContain('data-shortcut="recognise_faces"');
    expect(renderMessage(shown({ text: 'x' }), around, shortcuts)).not.toContain('data-shortcut');
  });

  it('says of an ephemeral message that nobody else sees it, and lets it be dismissed', () => {
    const html = renderMessage(shown({ ephemeral: true, text: 'done' }), around, []);
    expect(html).toContain('Only visible to you');
    expect(html).toContain('aria-label="Dismiss message"');
  });
});
