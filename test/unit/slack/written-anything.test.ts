import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writtenSchema } from '@watchpost/shared/chat/written';
import { readFeedEvent } from '@watchpost/slack/written/read-feed-event';
import { readWritten } from '@watchpost/slack/written/read-written';
import { anything, anyText } from '../../support/any-event.ts';

const ts = '1700000000.000100';
const message = (over: Record<string, unknown>) => readWritten({ type: 'message', ts, user: 'U1', text: '', ...over }, 'C1')!;

const keys =
  'type text elements style indent offset border user_id channel_id usergroup_id url name unicode range timestamp format fallback value fields title rows accessory label'.split(
    ' ',
  );
const types =
  'rich_text rich_text_section rich_text_list rich_text_quote rich_text_preformatted text link user usergroup channel broadcast emoji date color section header context divider image video table markdown mrkdwn plain_text raw_text toString'.split(
    ' ',
  );
/** Something like a block, or like nothing. */
const node: fc.Memo<unknown> = fc.memo((depth) => {
  const leaf = fc.oneof(anything, fc.constantFrom(...types), fc.integer(), fc.constant({ bold: true }));
  if (depth <= 1) return leaf;
  return fc.oneof(
    { weight: 1, arbitrary: leaf },
    { weight: 2, arbitrary: fc.array(node(depth - 1), { maxLength: 4 }) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...keys), node(depth - 1), { maxKeys: 6 }))
        .map(([type, rest]) => ({ ...rest, type })),
    },
  );
});
const mrkdwn = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '*',
        '_',
        '~',
        '`',
        '```',
        '&gt;',
        '>',
        '\n',
        ' ',
        '<',
        '<@U1>',
        '|',
        '<http://x|',
        '&amp;',
        ':tada:',
        ':',
        'a',
        '#',
        '[',
        '](',
        ')',
        '- ',
        '1. ',
      ),
      anyText,
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));
/** What no database and no XML takes. */
const unclean = /(?![\t\n\r])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/u;

/** The texts in it that cannot be kept or shown anywhere. */
function uncleanIn(written: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(written, (_key, value: unknown) => {
    if (typeof value === 'string' && unclean.test(value)) found.push(value);
    return value;
  });
  return found;
}

describe('whatever is sent', { timeout: 30_000 }, () => {
  it('is read without an error, into what everybody else can read', () => {
    fc.assert(
      fc.property(
        fc.record({
          text: fc.oneof(mrkdwn, anything),
          blocks: fc.oneof(fc.array(node(5), { maxLength: 4 }), anything),
          attachments: fc.oneof(fc.array(node(4), { maxLength: 3 }), anything),
          files: anything,
          reactions: anything,
          edited: anything,
          bot_profile: anything,
        }),
        (over) => {
          const { written } = message(over);
          expect(writtenSchema.parse(written)).toEqual(written);
          expect(uncleanIn(written)).toEqual([]);
        },
      ),
      { numRuns: 150 },
    );
    fc.assert(
      fc.property(mrkdwn, (text) => {
        const { written } = message({ blocks: [{ type: 'markdown', text }] });
        expect(writtenSchema.parse(written)).toEqual(written);
        expect(uncleanIn(written)).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });

  it('is an event or none, without an error', () => {
    const type = fc.constantFrom('message', 'reaction_added', 'reaction_removed', 'user_change', 'channel_rename', 'emoji_changed');
    const rest = fc.dictionary(
      fc.constantFrom('subtype', 'channel', 'message', 'ts', 'event_ts', 'deleted_ts', 'item', 'user', 'reaction', 'names'),
      anything,
    );
    fc.assert(
      fc.property(
        fc.oneof(
          anything,
          fc.tuple(type, rest).map(([kind, over]) => ({ ...over, type: kind })),
        ),
        (event) => {
          const read = readFeedEvent(event);
          expect(read === null || ['written', 'deleted', 'reaction', 'profile'].includes(read.kind)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('loses no letter of a text without styles', () => {
    const words = fc.stringMatching(/^[a-zA-Z0-9äß.,!?() -]{1,80}$/);
    fc.assert(
      fc.property(fc.array(words, { minLength: 1, maxLength: 5 }), (lines) => {
        const blocks = message({ text: lines.join('\n') }).written.blocks;
        const shown = blocks
          .flatMap((block) => (block.type === 'paragraph' ? block.inlines : []))
          .map((inline) => (inline.type === 'text' ? inline.text : ''));
        expect(shown.join('').replaceAll(/\s/g, '')).toBe(lines.join('').replaceAll(/\s/g, ''));
      }),
    );
  });
});

describe('however much is sent', { timeout: 30_000 }, () => {
  const much = 400_000;
  it.each<[string, Record<string, unknown>]>([
    ...[
      '*',
      '_a',
      '`',
      '```',
      '<',
      '<a',
      '<@U1>',
      '&gt;',
      '&gt;\n',
      '\n',
      ':a',
      ':tada:',
      '*a* ',
      '*_~',
      '> ',
      'a ',
      '&amp;',
      '[](',
      '[a](b)',
      '- ',
      '- a\n',
      '  - a\n',
      '#',
      '**',
    ].flatMap((unit): [string, Record<string, unknown>][] => {
      const text = unit.repeat(Math.ceil(much / unit.length));
      return [
        [`${JSON.stringify(unit)} in mrkdwn`, { text }],
        [`${JSON.stringify(unit)} in Markdown`, { blocks: [{ type: 'markdown', text }] }],
      ];
    }),
    [
      'elements',
      {
        blocks: [
          {
            type: 'rich_text',
            elements: [
              { type: 'rich_text_section', elements: Array.from({ length: much }, () => ({ type: 'text', text: '', style: {} })) },
            ],
          },
        ],
      },
    ],
    ['blocks', { blocks: Array.from({ length: much }, () => ({ type: 'divider' })) }],
    [
      'lists',
      {
        blocks: [
          {
            type: 'rich_text',
            elements: Array.from({ length: 100_000 }, (_, indent) => ({
              type: 'rich_text_list',
              indent: indent % 9,
              elements: [{ elements: [{ type: 'text', text: 'x' }] }],
            })),
          },
        ],
      },
    ],
    ['attachments', { attachments: Array.from({ length: 100_000 }, () => ({ text: 'x', fields: [{ title: 'y' }] })) }],
  ])('%s ends soon, and in a message of a bounded size', (_what, over) => {
    // Not the time by the clock: other work on the machine is none of this.
    const before = process.cpuUsage();
    const { written } = message(over);
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000);
    expect(JSON.stringify(written).length).toBeLessThan(1_500_000);
  });

  it('is not too deep for anybody', () => {
    let quote: unknown = { type: 'text', text: 'x' };
    for (let depth = 0; depth < 20_000; depth += 1) quote = { type: 'rich_text_quote', elements: [quote] };
    expect(message({ blocks: [{ type: 'rich_text', elements: [quote] }], text: 'words' }).written.blocks).toHaveLength(1);
    let unknown: unknown = { text: 'x' };
    for (let depth = 0; depth < 5_000; depth += 1) unknown = { type: 'new', elements: [unknown] };
    expect(message({ blocks: [unknown], text: 'words' }).written.blocks).toHaveLength(1);
  });

  it('is cut, not refused', () => {
    const lengthOf = (text: string) => JSON.stringify(message({ text }).written.blocks).length;
    expect(lengthOf('word '.repeat(10_000)) - lengthOf('')).toBeGreaterThan(50_000);
    expect(lengthOf('word '.repeat(100_000)) - lengthOf('word '.repeat(20_000))).toBe(0);
    expect(lengthOf('word '.repeat(100_000))).toBeGreaterThan(100_000);
  });
});
