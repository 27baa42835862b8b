import { assert, array, constantFrom, integer, option, property, record, string } from 'fast-check';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import type { Post, PostButton, PostSection } from '@watchpost/shared/chat/post';
import { unpackTarget } from '@watchpost/telegram/callback-data';
import { blankPicture } from '@watchpost/telegram/rendering/blank-picture';
import { keyboardFor } from '@watchpost/telegram/rendering/keyboard';
import { renderPost } from '@watchpost/telegram/rendering/post';
import { lengthOf, renderText } from '@watchpost/telegram/rendering/text';

/** Halves of characters. */
const halves = /\p{Cs}/u;

const button = (label: string, number: number | null = 1, visit = 'v1'): PostButton => ({
  label,
  target: { action: number === null ? 'undo' : 'is', visit, number, subject: null },
});
const face = (number: number, over: Partial<PostSection> = {}): PostSection => ({
  text: [{ text: `${number}: Unknown` }],
  buttons: [button('This is…', number)],
  menu: [button('Ignore', number), button('Not a face', number), button('Seen before?', number)],
  ...over,
});
const post = (sections: PostSection[], over: Partial<Post> = {}): Post => ({
  summary: 'Front door',
  picture: null,
  sections,
  footer: [],
  ...over,
});
const labels = (sections: PostSection[]) => keyboardFor(sections).keyboard.inline_keyboard.map((row) => row.map(({ text }) => text));

describe('a text', () => {
  it('notifies nobody whom it only names', () => {
    const { text } = renderText([{ text: 'ask @somebody or (@else), not a@b.example', bold: true }], 100);
    expect(text).toBe('ask @\u2060somebody or (@\u2060else), not a@b.example');
  });

  it('has its looks beside it, counted in UTF-16 units', () => {
    const runs = [{ text: '🚪 ' }, { text: 'Ada', bold: true }, { text: ' ' }, { text: 'post', link: 'https://a.example/' }];
    expect(renderText(runs, 100)).toEqual({
      text: '🚪 Ada post',
      entities: [
        { type: 'bold', offset: 3, length: 3 },
        { type: 'text_link', offset: 7, length: 4, url: 'https://a.example/' },
      ],
    });
  });

  it('shows times in the reader’s time zone, and people as themselves', () => {
    const runs = [
      { text: '14:02', time: { atMs: 1_700_000_000_500, format: 'time' as const } },
      { text: 'Ada', member: '42' },
      { text: 'U1', member: 'U1', platform: 'slack' },
    ];
    expect(renderText(runs, 100)).toEqual({
      text: '14:02AdaU1 (slack)',
      entities: [
        { type: 'date_time', offset: 0, length: 5, unix_time: 1_700_000_000, date_time_format: 't' },
        { type: 'text_mention', offset: 5, length: 3, user: { id: 42, is_bot: false, first_name: 'member' } },
      ],
    });
  });

  it('holds nothing that turns or hides what stands around it, and no link to where no browser goes', () => {
    expect(renderText([{ text: 'a\u202Eb\u0000c\u200Bd\ne', link: 'javascript:alert(1)' }], 100)).toEqual({
      text: 'abcd\ne',
      entities: [],
    });
  });

  it('is never empty', () => {
    expect(renderText([{ text: ' \n', bold: true }], 100)).toEqual({ text: '…', entities: [] });
  });

  it('keeps to its length, its entities to the text, and is cut in no character', () => {
    const run = record(
      {
        text: string({ unit: 'grapheme', maxLength: 40 }),
        link: option(constantFrom('https://a.example/'), { nil: undefined }),
        bold: option(constantFrom(true), { nil: undefined }),
      },
      { requiredKeys: ['text'] },
    );
    assert(
      property(array(run, { maxLength: 8 }), integer({ min: 2, max: 80 }), (runs, most) => {
        const clean = runs.map(({ text, link, bold }) => ({
          text,
          ...(link !== undefined && { link }),
          ...(bold !== undefined && { bold }),
        }));
        const { text, entities } = renderText(clean, most);
        expect(lengthOf(text)).toBeLessThanOrEqual(most);
        expect(text).not.toMatch(halves);
        for (const { offset, length } of entities) {
          expect(length).toBeGreaterThan(0);
          expect(offset + length).toBeLessThanOrEqual(text.length);
          expect(text.slice(offset, offset + length)).not.toMatch(halves);
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('buttons', () => {
  it('of one face stand as they are', () => {
    expect(labels([face(3)])).toEqual([['This is…', 'Ignore', 'Not a face'], ['Seen before?']]);
  });

  it('of several say which', () => {
    expect(
      labels([face(1, { menu: [] }), { text: [{ text: 'said' }], buttons: [button('Undo', null)], menu: [] }, face(2, { menu: [] })]),
    ).toEqual([['1: This is…'], ['Undo'], ['2: This is…']]);
  });

  it('of a face with all that can be done take two rows of a phone', () => {
    const rowsFor = (...texts: string[]) => labels([face(1, { buttons: [], menu: texts.map((text) => button(text, 1)) })]);
    expect(rowsFor('Not Mia', 'Somebody else…', 'Ignore Mia', 'Not a face', 'Seen before?')).toEqual([
      ['Not Mia', 'Somebody else…', 'Ignore Mia'],
      ['Not a face', 'Seen before?'],
    ]);
    // A long one beside others would be cut.
    expect(rowsFor('Not Maximiliana Featherstone', 'Ignore', 'Undo')).toEqual([['Not Maximiliana Featherstone'], ['Ignore', 'Undo']]);
  });

  it('of faces of several visits are numbered anew, and so are their texts', () => {
    const { sections, keyboard } = keyboardFor([face(1, { menu: [] }), face(1, { menu: [], buttons: [button('This is…', 1, 'v2')] })]);
    expect(keyboard.inline_keyboard.flat().map(({ text }) => text)).toEqual(['(1) This is…', '(2) This is…']);
    expect(sections.map(({ text }) => text[0]?.text)).toEqual(['(1) ', '(2) ']);
  });

  it('of many faces leave out first what is wanted rarely', () => {
    const all = labels(Array.from({ length: 12 }, (_, index) => face(index + 1))).flat();
    expect(all).toHaveLength(24);
    expect(all.filter((label) => label.endsWith('This is…'))).toHaveLength(12);
    expect(all.filter((label) => label.endsWith('Ignore'))).toHaveLength(12);
  });

  it('carry their targets; what no button can carry is left out', () => {
    const { keyboard } = keyboardFor([face(7, { menu: [button('Broken', 7, 'no such visit')] })]);
    const data = keyboard.inline_keyboard.flat().map((each) => ('callback_data' in each ? unpackTarget(each.callback_data) : null));
    expect(data).toEqual([button('', 7).target]);
  });
});

describe('a post', () => {
  it('says its sections and its small print', () => {
    const { text } = renderPost(post([face(1), face(2)], { footer: [{ text: 'snapshot', link: 'https://a.example/' }] }), 4_096);
    expect(text).toBe('1: Unknown\n2: Unknown\nsnapshot');
  });

  it('without sections says its summary', () => {
    expect(renderPost(post([]), 100).text).toBe('Front door');
  });

  it('leaves out whole sections, never its small print, and says how many', () => {
    const many = Array.from({ length: 30 }, (_, index) => face(index + 1));
    const { text } = renderPost(post(many, { footer: [{ text: 'snapshot' }] }), 200);
    expect(lengthOf(text)).toBeLessThanOrEqual(200);
    expect(text).toMatch(/^1: Unknown\n(?:\d+: Unknown\n)+… \d+ more do not fit here\.\nsnapshot$/);
    const shown = text.match(/Unknown/g)?.length ?? 0;
    expect(text).toContain(`… ${30 - shown} more`);
  });

  it('of one section that is too long is cut', () => {
    const { text } = renderPost(post([{ text: [{ text: 'x'.repeat(500) }], buttons: [], menu: [] }]), 100);
    expect(lengthOf(text)).toBeLessThanOrEqual(100);
    expect(text.endsWith('…')).toBe(true);
  });
});

it('the grey picture is one', async () => {
  expect(await sharp(blankPicture()).metadata()).toMatchObject({ format: 'png', width: 320, height: 180 });
});
