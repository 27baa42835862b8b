import { faultsOfBlocks, faultsOfView } from '@watchpost/slack/blocks/faults';
import { describe, expect, it } from 'vitest';

const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });
const button = (over: object = {}) => ({ type: 'button', action_id: 'a', text: plain('x'), ...over });
const actions = (...elements: object[]) => ({ type: 'actions', elements });
const menu = (...options: object[]) => ({ type: 'overflow', action_id: 'm', options });
const image = (id: string, alt: string) => ({ type: 'image', slack_file: { id }, alt_text: alt });
const input = (element: object) => ({ type: 'input', block_id: 'b', label: plain('x'), element });
const modal = (over: object = {}) => ({ type: 'modal', title: plain('x'), submit: plain('y'), blocks: [section('x')], ...over });
const long = (most: number) => ['x'.repeat(most), 'x'.repeat(most + 1)] as const;
const times = (count: number, make: (index: number) => object) => Array.from({ length: count }, (_, index) => make(index));

/** What Slack just takes, and what it does not take any more. */
const messages: [string, object[], object[]][] = [
  ['blocks', times(50, () => section('x')), times(51, () => section('x'))],
  ['a section’s text', [section(long(3_000)[0])], [section(long(3_000)[1])]],
  ['an empty text', [section('x')], [section('')]],
  ['all text', times(4, () => section('x'.repeat(3_000))), [...times(4, () => section('x'.repeat(3_000))), section('x')]],
  ['a header', [{ type: 'header', text: plain(long(150)[0]) }], [{ type: 'header', text: plain(long(150)[1]) }]],
  ['a button’s label', [actions(button({ text: plain(long(75)[0]) }))], [actions(button({ text: plain(long(75)[1]) }))]],
  ['a button’s value', [actions(button({ value: long(2_000)[0] }))], [actions(button({ value: long(2_000)[1] }))]],
  ['a button’s style', [actions(button({ style: 'danger' }))], [actions(button({ style: 'green' }))]],
  [
    'elements',
    [actions(...times(25, (n) => button({ action_id: `a${n}` })))],
    [actions(...times(26, (n) => button({ action_id: `a${n}` })))],
  ],
  ['no elements', [actions(button())], [actions()]],
  ['action ids', [actions(button(), button({ action_id: 'b' }))], [actions(button(), button())]],
  ['an action id', [actions(button({ action_id: long(255)[0] }))], [actions(button({ action_id: long(255)[1] }))]],
  [
    'block ids',
    [{ ...section('x'), block_id: 'a' }, section('x')],
    [
      { ...section('x'), block_id: 'a' },
      { ...section('x'), block_id: 'a' },
    ],
  ],
  [
    'a menu',
    [actions(menu(...times(5, () => ({ text: plain('x'), value: 'v' }))))],
    [actions(menu(...times(6, () => ({ text: plain('x'), value: 'v' }))))],
  ],
  [
    'an option’s text',
    [actions(menu({ text: plain(long(75)[0]), value: 'v' }))],
    [actions(menu({ text: plain(long(75)[1]), value: 'v' }))],
  ],
  [
    'an option’s value',
    [actions(menu({ text: plain('x'), value: long(75)[0] }))],
    [actions(menu({ text: plain('x'), value: long(75)[1] }))],
  ],
  ['context', [{ type: 'context', elements: times(10, () => plain('x')) }], [{ type: 'context', elements: times(11, () => plain('x')) }]],
  ['a picture’s description', [image('F0123ABCD', long(2_000)[0])], [image('F0123ABCD', long(2_000)[1])]],
  ['no description', [image('F0123ABCD', 'x')], [image('F0123ABCD', '')]],
  ['a file’s id', [image('F0123ABCD', 'x')], [image('F1', 'x')]],
  ['a block’s kind', [{ type: 'divider' }], [{ type: 'carousel' }]],
  ['unknown keys, such as those that Slack returns', [image('F0123ABCD', 'x')], [{ ...image('F0123ABCD', 'x'), image_bytes: 1 }]],
  ['an input', [section('x')], [input({ type: 'users_select', action_id: 'u' })]],
];

const views: [string, object, object][] = [
  ['blocks', modal({ blocks: times(100, () => section('x')) }), modal({ blocks: times(101, () => section('x')) })],
  ['a title', modal({ title: plain(long(24)[0]) }), modal({ title: plain(long(24)[1]) })],
  ['no title', { type: 'home', blocks: [] }, modal({ title: undefined })],
  ['the button', modal({ submit: plain(long(24)[0]) }), modal({ submit: plain(long(24)[1]) })],
  ['private metadata', modal({ private_metadata: long(3_000)[0] }), modal({ private_metadata: long(3_000)[1] })],
  [
    'an input without a button',
    modal({ blocks: [input({ type: 'users_select', action_id: 'u' })] }),
    modal({ submit: undefined, blocks: [input({ type: 'users_select', action_id: 'u' })] }),
  ],
  [
    'a text field',
    modal({ blocks: [input({ type: 'plain_text_input', action_id: 'n', max_length: 3_000 })] }),
    modal({ blocks: [input({ type: 'plain_text_input', action_id: 'n', max_length: 3_001 })] }),
  ],
  [
    'a size',
    modal({ blocks: times(80, () => section('x'.repeat(3_000))) }),
    modal({ blocks: times(100, () => section('x'.repeat(3_000))) }),
  ],
];

describe('the check of Slack’s limits', () => {
  it.each(messages)('knows about %s', (_, taken, refused) => {
    expect(faultsOfBlocks(taken)).toEqual([]);
    expect(faultsOfBlocks(refused)).not.toEqual([]);
  });

  it.each(views)('of views knows about %s', (_, taken, refused) => {
    expect(faultsOfView(taken)).toEqual([]);
    expect(faultsOfView(refused)).not.toEqual([]);
  });

  it('says where the fault is', () => {
    expect(faultsOfBlocks([section('x'), actions(button({ text: plain('x'.repeat(76)) }))])).toEqual([
      'blocks[1].elements.0.text.text: is longer than 75',
    ]);
  });

  it.each([null, 'x', 7, {}, { blocks: [] }])('takes %o for no blocks', (value) => {
    expect(faultsOfBlocks(value)).not.toEqual([]);
    expect(faultsOfView(value)).not.toEqual([]);
  });
});
