import {
  parseTarget,
  encodeTarget,
  violationActions,
  type Post,
  type PostAction,
  type PostButton,
  type PostSection,
  type ViolationAction,
} from '@watchpost/shared/chat/post';
import { faultsOfBlocks, faultsOfView } from '@watchpost/slack/blocks/faults';
import { limits } from '@watchpost/slack/blocks/limits';
import { renderPost, type Block } from '@watchpost/slack/blocks/render-post';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const fileId = 'F0123ABCD';
const names: Record<string, string> = {
  short: 'Ada',
  'of 80 letters': 'Wolfeschlegelsteinhausen'.repeat(4).slice(0, 80),
  'of 80 marks': '*_~`&<>:'.repeat(10),
  'of 80 ampersands': '&'.repeat(80),
  'of emoji': '👩‍👩‍👧‍👦'.repeat(40),
  'from right to left': 'عبد الرحمن '.repeat(8).trim(),
  'that would mention everybody': '<!channel> @here #general',
};

const button = (label: string, action: PostAction, number: number): PostButton => ({
  label,
  target: { action, visit: 'v'.repeat(20), number, subject: 'p'.repeat(24) },
});

/** A post with a section for each face, as long as visits have them. */
function postWith(faces: number, name: string): Post {
  const section = (number: number): PostSection => ({
    text: [
      { text: `${String(number)}: ` },
      { text: name, bold: true },
      { text: '\nsince ' },
      { text: '14:02', time: { atMs: 1_700_000_000_000, format: 'time' } },
      { text: ', said by ' },
      { text: 'Bob', member: 'U0123' },
    ],
    buttons: [button('This is…', 'is', number), button(`Not ${name}`, 'not', number)],
    menu: [button('Ignore', 'ignore', number), button('Not a face', 'not-a-face', number)],
  });
  return {
    summary: `${name} at Front door`,
    picture: { title: `Front door, ${name}`, altText: `A snapshot with ${name}` },
    sections: Array.from({ length: faces }, (_, index) => section(index + 1)),
    footer: [{ text: `from 3 snapshots, with ${name}` }],
  };
}

const kinds = (blocks: readonly Block[]) => blocks.map(({ type }) => type);
/** The texts that Slack looks for mentions in. */
const markedUp = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  const own = Reflect.get(value, 'type') === 'mrkdwn' ? [String(Reflect.get(value, 'text'))] : [];
  return [...own, ...Object.values(value).flatMap(markedUp)];
};
const textIn = (blocks: readonly Block[]) => JSON.stringify(blocks);

describe.each(Object.entries(names))('a post about somebody whose name is %s', (_, name) => {
  it.each([0, 1, 12, 40])('keeps to Slack’s limits with %i faces', (faces) => {
    const { text, blocks } = renderPost(postWith(faces, name), { fileId });
    expect(faultsOfBlocks(blocks)).toEqual([]);
    expect(text.length).toBeLessThanOrEqual(limits.fallbackText);
    expect(text).not.toMatch(/<!(?!date)/);
    expect(markedUp(blocks).length).toBeGreaterThan(0);
    expect(markedUp(blocks).filter((each) => /<!(?!date)/.test(each))).toEqual([]);
  });

  it('has everything with 12 faces', () => {
    const { blocks } = renderPost(postWith(12, name), { fileId });
    expect(kinds(blocks)).toEqual(['image', ...Array.from({ length: 12 }, () => ['section', 'actions']).flat(), 'context']);
    expect(textIn(blocks)).not.toContain('fit here');
  });

  it('keeps to the limits of a home view', () => {
    const { blocks } = renderPost(postWith(60, name), { fileId: null, most: limits.viewBlocks });
    expect(faultsOfView({ type: 'home', blocks })).toEqual([]);
  });
});

describe('a post', () => {
  it('says how much it leaves out, and still ends with its footer', () => {
    const { blocks } = renderPost(postWith(40, 'Ada'), { fileId });
    // 50 blocks: the picture, 23 faces, the line, the footer.
    expect(kinds(blocks).filter((kind) => kind === 'actions')).toHaveLength(23);
    expect(textIn(blocks.slice(-2, -1))).toContain('17 more do not fit here.');
    expect(textIn(blocks.slice(-1))).toContain('from 3 snapshots');
  });

  it('says that one does not fit', () => {
    expect(textIn(renderPost(postWith(24, 'Ada'), { fileId }).blocks)).toContain('One more does not fit here.');
  });

  it('shows its picture beside a title, and none where there is none', () => {
    const post = postWith(1, 'Ada');
    expect(renderPost(post, { fileId }).blocks[0]).toEqual({
      type: 'image',
      slack_file: { id: fileId },
      alt_text: 'A snapshot with Ada',
      title: { type: 'plain_text', text: 'Front door, Ada', emoji: false },
    });
    expect(kinds(renderPost(post, { fileId: null }).blocks)).not.toContain('image');
    expect(kinds(renderPost({ ...post, picture: null }, { fileId }).blocks)).not.toContain('image');
  });

  it('has buttons and menus whose values are their targets, and whose ids are unique in their block', () => {
    const [, section, actions] = renderPost(postWith(1, 'Ada'), { fileId }).blocks;
    const elements = Reflect.get(actions!, 'elements') as { action_id: string; value: string }[];
    expect(elements.map(({ value }) => parseTarget(value)?.action)).toEqual(['is', 'not']);
    expect(elements.map(({ action_id: id }) => id)).toEqual(['watchpost:is:0', 'watchpost:not:1']);
    const menu = Reflect.get(section!, 'accessory') as { type: string; options: { value: string }[] };
    expect(menu.type).toBe('overflow');
    expect(menu.options.map(({ value }) => parseTarget(value)?.action)).toEqual(['ignore', 'not-a-face']);
  });

  it('has two buttons for the same thing about two persons', () => {
    const section = { text: [{ text: 'x' }], buttons: [button('A', 'yes', 1), button('B', 'yes', 2)], menu: [] };
    expect(faultsOfBlocks(renderPost({ ...postWith(0, ''), sections: [section] }, { fileId }).blocks)).toEqual([]);
  });

  it('has a thumbnail beside its text, and the menu among the buttons then', () => {
    const thumbnail = { fileId: 'F0THUMBNAIL', altText: '' };
    const section = { text: [{ text: 'x' }], buttons: [button('A', 'is', 1)], menu: [button('B', 'ignore', 1)], thumbnail };
    const { blocks } = renderPost({ summary: 's', picture: null, sections: [section], footer: [] }, { fileId: null });
    expect(faultsOfBlocks(blocks)).toEqual([]);
    expect(blocks[0]).toMatchObject({ accessory: { type: 'image', slack_file: { id: 'F0THUMBNAIL' } } });
    expect(blocks[1]).toMatchObject({ elements: [{ type: 'button' }, { type: 'overflow' }] });
  });

  it('makes a button of what does not fit a menu', () => {
    const long = { label: 'x', target: { action: 'not-a-face', visit: 'v'.repeat(24), number: 123, subject: 's'.repeat(40) } } as const;
    expect(encodeTarget(long.target).length).toBeGreaterThan(limits.optionValue);
    const section = { text: [{ text: 'x' }], buttons: [], menu: [long] };
    const { blocks } = renderPost({ summary: 's', picture: null, sections: [section], footer: [] }, { fileId: null });
    expect(kinds(blocks)).toEqual(['section', 'actions']);
    expect(faultsOfBlocks(blocks)).toEqual([]);
  });

  it('splits a long text between its lines, and cuts a line that is too long by itself', () => {
    const line = 'a line of some length about somebody\n';
    const section = { text: [{ text: line.repeat(200) }, { text: 'x'.repeat(4_000) }], buttons: [], menu: [] };
    const { blocks } = renderPost({ summary: 's', picture: null, sections: [section], footer: [] }, { fileId: null });
    expect(faultsOfBlocks(blocks)).toEqual([]);
    const shown = blocks.map((block) => String(Reflect.get(Reflect.get(block, 'text') as object, 'text')));
    expect(
      shown
        .slice(0, -1)
        .join('\n')
        .split('\n')
        .filter((each) => each === line.trim()),
    ).toHaveLength(200);
    expect(shown.at(-1)).toMatch(/^x{2900,}…$/);
  });

  it('cuts no mark, link or character in two', () => {
    const section = { text: [{ text: 'see ' }, { text: '👩‍👩‍👧‍👦'.repeat(400), link: 'https://example.com/' }], buttons: [], menu: [] };
    const { blocks } = renderPost({ summary: 's', picture: null, sections: [section], footer: [] }, { fileId: null });
    expect(textIn(blocks)).toMatch(/see <https:\/\/example\.com\/\|(👩‍👩‍👧‍👦)+>…"/u);
  });

  it('shows emoji codes in names as they are', () => {
    expect(textIn(renderPost(postWith(1, ':smile:'), { fileId }).blocks)).toContain('"text":"Not :smile:","emoji":false');
  });

  const run = fc.record({ text: fc.string({ unit: 'grapheme', maxLength: 600 }), bold: fc.boolean() });
  const anySection = fc.record({
    text: fc.array(run, { maxLength: 8 }),
    buttons: fc.array(
      fc.string({ unit: 'grapheme', maxLength: 200 }).map((label) => button(label, 'not', 1)),
      { maxLength: 5 },
    ),
    menu: fc.array(
      fc.string({ maxLength: 200 }).map((label) => button(label, 'ignore', 2)),
      { maxLength: 7 },
    ),
  });

  it('keeps to Slack’s limits whatever it holds', () => {
    const post = fc.record({
      summary: fc.string({ maxLength: 8_000 }),
      picture: fc.record({ title: fc.string({ maxLength: 3_000 }), altText: fc.string({ maxLength: 3_000 }) }),
      sections: fc.array(anySection, { maxLength: 60 }),
      footer: fc.array(run, { maxLength: 8 }),
    });
    fc.assert(
      fc.property(post, (any) => {
        const { text, blocks } = renderPost(any, { fileId });
        expect(faultsOfBlocks(blocks)).toEqual([]);
        expect(text.length).toBeLessThanOrEqual(limits.fallbackText);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a report with buttons about a violation', () => {
  const violation = 'v'.repeat(22);
  const about = (action: ViolationAction): PostButton => ({ label: action, target: { action, violation } });
  const section = (buttons: PostButton[], menu: PostButton[]): PostSection => ({ text: [{ text: 'removed' }], buttons, menu });
  const render = (...sections: PostSection[]) =>
    renderPost({ summary: 'removed', picture: null, sections, footer: [] }, { fileId: null }).blocks;

  it('keeps to Slack’s limits, as buttons and in menus, with a value that says what to do about which one', () => {
    const blocks = render(section(violationActions.map(about), []), section([], violationActions.map(about)));
    expect(faultsOfBlocks(blocks)).toEqual([]);
    const values = [...textIn(blocks).matchAll(/"value":"([^"]*)"/g)].map(([, value]) => parseTarget(value ?? ''));
    const targets = violationActions.map((action) => ({ action, violation }));
    expect(values).toEqual([...targets, ...targets]);
  });

  it('has an action’s id of its own for each button', () => {
    const [, actions] = render(section([about('put-back'), about('put-back')], []));
    expect(textIn([actions!])).toContain('watchpost:put-back:0');
    expect(textIn([actions!])).toContain('watchpost:put-back:1');
  });
});
