import { describe, expect, it } from 'vitest';
import { readWritten } from '@watchpost/slack/written/read-written';
import { sketch } from '../../support/sketch.ts';

const shown = (text: string, over: Record<string, unknown> = {}) =>
  sketch(readWritten({ type: 'message', ts: '1700000000.000100', user: 'U1', text, ...over }, 'C1')!.written.blocks);

describe('a text in mrkdwn', () => {
  it.each([
    ['plain words', 'p(plain words)'],
    ['*b* _i_ ~s~ `c`', 'p(bold{b} italic{i} strike{s} code{c})'],
    ['*b _bi ~bis~ bi_ b*', 'p(bold{b }bold+italic{bi }bold+italic+strike{bis}bold+italic{ bi}bold{ b})'],
    ['_*both*_', 'p(bold+italic{both})'],
    ['a*b*c 2*3*4 snake_case_name ~', 'p(a*b*c 2*3*4 snake_case_name ~)'],
    ['* no * and *no', 'p(* no * and *no)'],
    ['x*b* *b *\n_i_x ~s ~', 'p(x*b* *b *⏎_i_x ~s ~)'],
    ['*a *b*', 'p(*a bold{b})'],
    ['*a _b* c_', 'p(bold{a _b} c_)'],
    ['** __ ~~', 'p(** __ ~~)'],
    ['*one\ntwo*', 'p(*one⏎two*)'],
    ['(*b*), "_i_"!', 'p((bold{b}), "italic{i}"!)'],
    ['*é_ü*', 'p(bold{é_ü})'],
    ['`*not bold*` `a`b`', 'p(code{*not bold*} code{a}b`)'],
    ['```pre *x* &lt;b&gt;\n  two```', 'pre(pre *x* <b>⏎  two)'],
    ['before ```\ncode\n``` after', 'p(before ) pre(code) p( after)'],
    ['```open', 'p(```open)'],
  ])('%j has its styles where Slack shows them', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['1 &lt; 2 &amp;&amp; 3 &gt; 2', 'p(1 < 2 && 3 > 2)'],
    ['&amp;lt;script&amp;gt; &amp;amp;', 'p(&lt;script&gt; &amp;)'],
    ['&quot; &#39; &nbsp;', 'p(&quot; &#39; &nbsp;)'],
    ['`&amp;amp;`', 'p(code{&amp;})'],
    ['<https://x.example/?a=1&amp;b=2|a &amp;amp; b>', 'p([a &amp; b](https://x.example/?a=1&b=2))'],
  ])('%j is decoded exactly once', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it.each([
    ['<@U0ADA> and <@W1|ada>', 'p(@(U0ADA) and @(W1))'],
    ['<#C0NEWS|news> <#C0NEWS|> <#C2>', 'p(#(C0NEWS) #(C0NEWS) #(C2))'],
    ['<!subteam^S1|@editors> <!subteam^S1>', 'p(group(S1 @editors) group(S1 -))'],
    ['<!here> <!channel> <!everyone> <!here|here>', 'p(all(here) all(channel) all(everyone) all(here))'],
    ['<https://x.example>', 'p([](https://x.example))'],
    ['<https://x.example|label> <mailto:a@x.example|a@x.example>', 'p([label](https://x.example) [a@x.example](mailto:a@x.example))'],
    ['<tel:+49301234|> <mailto:a@x.example>', 'p([+49301234](tel:+49301234) [a@x.example](mailto:a@x.example))'],
    ['*<https://x.example|bold>*', 'p(bold{[bold](https://x.example)})'],
    ['`<https://x.example>`', 'p(code{[](https://x.example)})'],
    ['```see <https://x.example|x> <@U1>```', 'pre(see x @U1)'],
    ['<!unknown|what it says> <!other>', 'p(what it says @other)'],
    ['<@ada lovelace> <#no channel|x>', 'p(@ada lovelace x)'],
    ['<> < a', 'p(<> < a)'],
    ['<#> off the record', 'p(<#> off the record)'],
    ['&lt;#&gt; off the record', 'p(<#> off the record)'],
    ['<javascript:alert(1)|x>', 'p([x](javascript:alert(1)))'],
  ])('%j has its links and mentions', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('has dates, with a link or without, and their fallback where they are none', () => {
    expect(shown('<!date^1700000000^Posted {date_num} {time}|yesterday>')).toBe(
      'p(time(1700000000000 Posted {date_num} {time}|yesterday))',
    );
    expect(shown('<!date^1700000000^{date}^https://x.example/|then>')).toBe('p(time(1700000000000 {date}|then https://x.example/))');
    expect(shown('<!date^soon^{date}|some day> <!date^99999999999999999^{date}|never>')).toBe('p(some day never)');
  });

  it.each([
    ['&gt; quoted\n&gt;more\nnot', 'quote(p(quoted⏎more)) p(not)'],
    ['a\n&gt; *b*\n&gt;\n&gt; c', 'p(a) quote(p(bold{b}) p(c))'],
    ['a\n&gt;&gt;&gt; b\nc\n&gt; d', 'p(a) quote(p(b⏎c⏎> d))'],
    ['&gt; <@U1>\n<@U2>', 'quote(p(@(U1))) p(@(U2))'],
    ['a &gt; b', 'p(a > b)'],
  ])('%j has its quotes', (text, expected) => {
    expect(shown(text)).toBe(expected);
  });

  it('has lines, and paragraphs where a line is empty', () => {
    expect(shown('\n\none\r\ntwo\n\n \nthree\n\n\n')).toBe('p(one⏎two) p(three)');
  });

  it.each([
    ['done :tada::+1:', 'p(done :tada::+1:)'],
    [':wave::skin-tone-3: :flag-de:', 'p(:wave: :flag-de:)'],
    ['*:tada:*', 'p(bold{:tada:})'],
    [':größe:', 'p(:größe:)'],
  ])('%j has emoji by their names, without skin tones', (text, expected) => {
    expect(shown(text)).toBe(expected);
    const { blocks } = readWritten({ ts: '1.000001', text }, 'C1')!.written;
    const inlines = blocks.flatMap((block) => (block.type === 'paragraph' ? block.inlines : []));
    expect(inlines.some(({ type }) => type === 'emoji')).toBe(true);
  });

  it('takes neither the minutes of a time nor lone colons for an emoji', () => {
    const { blocks } = readWritten({ ts: '1.000001', text: 'at 14:02:33, a: b :c d:' }, 'C1')!.written;
    expect(blocks).toEqual([{ type: 'paragraph', inlines: [{ type: 'text', text: 'at 14:02:33, a: b :c d:' }] }]);
  });

  it('is in italics where somebody says what they do', () => {
    expect(shown('waves *both* hands at <@U2>', { subtype: 'me_message' })).toBe(
      'p(italic{waves }bold+italic{both}italic{ hands at }italic{@(U2)})',
    );
  });
});
