import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlOf } from '@watchpost/feeds/render/html';
import { mostHtmlUnits, sanitise } from '@watchpost/feeds/render/sanitise';
import { textOf } from '@watchpost/feeds/render/text';
import { blockSchema, type Block, type Inline, type WrittenList } from '@watchpost/shared/chat/written';
import { sampleNames, written } from '../../../support/entry-samples.ts';
import { hostileHtml } from '../../../support/hostile-places.ts';
import { faultsOf, treeOf } from '../../../support/html-faults.ts';
import { xssStrings } from '../../../support/xss-strings.ts';

describe('strings that are known to run scripts', () => {
  it('are at least 60, and each is another', () => expect(new Set(xssStrings).size).toBeGreaterThanOrEqual(60));

  it.each(xssStrings)('%j leaves nothing but text, wherever it is written', (text) => {
    const places = hostileHtml(text);
    expect(places.length).toBeGreaterThan(20);
    expect(places.flatMap(({ where, html }) => faultsOf(html).map((fault) => `${where}: ${fault}`))).toEqual([]);
  });

  it.each(xssStrings)("%j is harmless in an editor's HTML", (text) => {
    for (const html of [text, `<p title="${text}">x</p>`, `<a href="${text}">x</a>`, `<img src='${text}' alt="">`]) {
      const clean = sanitise(html);
      expect(faultsOf(clean).filter((fault) => !/<(?:a|img) title>/.test(fault))).toEqual([]);
      expect(sanitise(clean)).toBe(clean);
      expect(sanitise(html, { frames: true })).not.toMatch(
        /<(?:script|svg|math|object|embed|style|form|input)|srcdoc|\son\w+\s*=[^<>]*>|="javascript/i,
      );
    }
  });

  it('the parser that looks for faults finds those of the strings themselves', () => {
    const elements = xssStrings.filter((text) => /^<[a-z]/i.test(text));
    expect(elements.length).toBeGreaterThan(40);
    expect(elements.filter((text) => faultsOf(text).length === 0)).toEqual([]);
    expect(faultsOf('<a href="javascript:1" rel="noopener noreferrer nofollow ugc">x</a><img src="//x/y"><p>')).toHaveLength(3);
  });
});

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(...xssStrings),
  fc.constantFrom('<', '"', "'", '&', '\n', '</p>', '-->'),
);
const address = fc.oneof(
  text,
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.emailAddress().map((mail) => `mailto:${mail}`),
);
const styles = fc.option(
  fc.subarray(['bold', 'italic', 'strike', 'underline', 'code'] as const).map((list) => [...list]),
  { nil: undefined },
);
const inline: fc.Arbitrary<Inline> = fc.oneof(
  fc.record({ type: fc.constant('text' as const), text, styles }),
  fc.record({ type: fc.constant('link' as const), url: address, text: fc.option(text), styles }),
  fc.record({ type: fc.constant('member' as const), member: text, styles }),
  fc.record({ type: fc.constant('group' as const), group: text, name: fc.option(text), styles }),
  fc.record({ type: fc.constant('channel' as const), channel: text, styles }),
  fc.record({ type: fc.constant('broadcast' as const), range: text, styles }),
  fc.record({
    type: fc.constant('emoji' as const),
    name: fc.oneof(text, fc.constantFrom('parrot', 'heart')),
    unicode: fc.option(text),
    styles,
  }),
  fc.record({
    type: fc.constant('time' as const),
    atMs: fc.double({ noNaN: true, noDefaultInfinity: true }),
    format: fc.oneof(text, fc.constant('{date} {time}')),
    fallback: text,
    url: fc.option(address),
    styles,
  }),
  fc.record({ type: fc.constant('color' as const), value: text }),
  fc.constant({ type: 'break' as const }),
);
const inlines = fc.array(inline, { maxLength: 4 });
const { block } = fc.letrec<{ block: Block; list: WrittenList }>((tie) => ({
  block: fc.oneof(
    { maxDepth: 4 },
    fc.record({ type: fc.constant('paragraph' as const), inlines }),
    fc.record({ type: fc.constant('heading' as const), inlines }),
    fc.record({ type: fc.constant('code' as const), text }),
    fc.constant({ type: 'rule' as const }),
    fc.record({ type: fc.constant('quote' as const), blocks: fc.array(tie('block'), { maxLength: 3 }) }),
    tie('list'),
  ),
  list: fc.record({
    type: fc.constant('list' as const),
    ordered: fc.boolean(),
    start: fc.integer(),
    items: fc.array(
      fc.record({
        inlines,
        lists: fc.oneof({ maxDepth: 4, depthIdentifier: 'list' }, fc.constant<WrittenList[]>([]), fc.array(tie('list'), { maxLength: 2 })),
      }),
      { maxLength: 3 },
    ),
  }),
}));

describe('whatever somebody writes', () => {
  const names = sampleNames({ member: (id) => `<${id}>"'`, channel: (id) => `&${id}` });

  it('is HTML of the allowed elements only, which a sanitiser of another make leaves as it is', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), (blocks) => {
        expect(blockSchema.array().safeParse(blocks).success).toBe(true);
        const html = htmlOf(written(...blocks), names);
        expect(faultsOf(html)).toEqual([]);
        fc.pre(html.length <= mostHtmlUnits);
        expect(treeOf(sanitise(html))).toEqual(treeOf(html));
      }),
      { numRuns: 300 },
    );
  });

  it('is text without control characters and halves of characters', () => {
    fc.assert(
      fc.property(fc.array(block, { maxLength: 4 }), (blocks) => {
        expect(textOf(written(...blocks), names)).not.toMatch(/(?![\t\n])\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/u);
      }),
      { numRuns: 300 },
    );
  });
});
