import { createQuotes } from '@watchpost/talk/quotes';
import type { NewQuote } from '@watchpost/talk/quotes';
import { describe, expect, it } from 'vitest';
import { never, onEachStore } from '../support/each-store.ts';

const quote = (text: string, over: Partial<NewQuote> = {}): NewQuote => ({ text, ...over });

onEachStore('quotes', ({ database }) => {
  const quotes = () => createQuotes(database().documents);

  it('are kept once, however they are spelled, and keep the words of the first', async () => {
    const first = await quotes().add(quote('“Be  yourself.”', { tags: ['Life', '#life'] }), never);
    expect(first).toMatchObject({ isNew: true, quote: { author: null, tags: ['life'] } });
    const again = await quotes().add(quote('"be yourself"', { author: 'Wilde', source: 'a letter', tags: ['wit'] }), never);
    expect(again).toMatchObject({
      isNew: false,
      quote: { id: first.quote.id, text: '“Be  yourself.”', author: 'Wilde', source: 'a letter', tags: ['life', 'wit'] },
    });
    expect(await quotes().page({ tag: null, limit: 10, cursor: null }, never)).toEqual({ quotes: [again.quote], next: null });
    expect(await quotes().tags(never)).toEqual(['life', 'wit']);
  });

  it('are added by several at once, each once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, async () => quotes().add(quote('At once', { tags: ['x'] }), never)));
    expect(results.filter(({ isNew }) => isNew)).toHaveLength(1);
    expect((await quotes().page({ tag: 'x', limit: 10, cursor: null }, never)).quotes).toHaveLength(1);
  });

  it('come in pages, the newest first, each once', async () => {
    for (let at = 0; at < 7; at += 1) await quotes().add(quote(`Number ${at}`, { tags: [at % 2 === 0 ? 'even' : 'odd'] }), never);
    const read: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await quotes().page({ tag: 'EVEN', limit: 2, cursor }, never);
      expect(page.quotes.length).toBeLessThanOrEqual(2);
      read.push(...page.quotes.map(({ text }) => text));
      cursor = page.next;
    } while (cursor !== null);
    expect(read.toSorted()).toEqual(['Number 0', 'Number 2', 'Number 4', 'Number 6']);
    await expect(quotes().page({ tag: null, limit: 2, cursor: 'nonsense' }, never)).rejects.toMatchObject({ code: 'quote-invalid' });
  });

  it('are picked at random by tag, and a removed one never', async () => {
    const added = await Promise.all(['a', 'b', 'c'].map(async (text) => quotes().add(quote(text, { tags: ['letters'] }), never)));
    await quotes().add(quote('1', { tags: ['digits'] }), never);
    const gone = added[1]!.quote;
    expect(await quotes().remove(gone.id, never)).toBe(true);
    expect(await quotes().remove(gone.id, never)).toBe(false);
    const picked = new Set<string | undefined>();
    for (let tries = 0; tries < 40; tries += 1) picked.add((await quotes().random('Letters', never))?.text);
    expect(picked).toEqual(new Set(['a', 'c']));
    expect(await quotes().random('nobody', never)).toBeNull();
    expect(await quotes().get(gone.id, never)).toBeNull();
  });

  it('take their last tag with them', async () => {
    const { quote: only } = await quotes().add(quote('Only one', { tags: ['rare', 'common'] }), never);
    await quotes().add(quote('Another', { tags: ['common'] }), never);
    await quotes().remove(only.id, never);
    expect(await quotes().tags(never)).toEqual(['common']);
  });

  it.each(['9007199254740990', '8640000000000001', '1e20', '-1', '', '0x10', '99999999999999999999', 'constructor'])(
    'take no cursor that was forged: %s',
    async (atMs) => {
      await quotes().add(quote('Only one'), never);
      const cursor = `${atMs}-${'f'.repeat(32)}`;
      await expect(quotes().page({ tag: null, limit: 5, cursor }, never)).rejects.toMatchObject({ code: 'quote-invalid' });
    },
  );

  it.each([
    ['without a text', quote('  \u200B ')],
    ['that are too long', quote('x'.repeat(10_001))],
    ['with a tag that is none', quote('x', { tags: ['a/b'] })],
    ['with too many tags', quote('x', { tags: Array.from({ length: 21 }, (_, at) => `t${at}`) })],
  ])('are refused %s', async (_what, faulty) => {
    await expect(quotes().add(faulty, never)).rejects.toMatchObject({ code: 'quote-invalid' });
    expect((await quotes().page({ tag: null, limit: 1, cursor: null }, never)).quotes).toEqual([]);
  });
});

describe('a quote', () => {
  it('keeps its lines, and nothing that nobody sees', async () => {
    const { newQuoteSchema } = await import('@watchpost/talk/quote');
    expect(newQuoteSchema.parse({ text: ' One\r\n\u202ETwo\u0000 ', author: ' A\nB ' })).toMatchObject({ text: 'One\nTwo', author: 'A B' });
  });
});
