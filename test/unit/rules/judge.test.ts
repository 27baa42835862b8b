import { createJudge } from '@watchpost/rules/create-judge';
import { defaultRule, type Rule } from '@watchpost/rules/rule';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;
const rule = (id: string, look: Rule['look'], more: Partial<Rule> = {}): Rule => ({
  ...defaultRule,
  id,
  name: id,
  look,
  createdAtMs: 0,
  changedAtMs: 0,
  ...more,
});
const key = ['AKIA', 'ABCDEFGH12345678'].join('');
const keys = rule('keys', { pattern: 'AKIA[A-Z0-9]{16}' });

async function found(rules: readonly Rule[], ...texts: string[]): Promise<[string, string, string][]> {
  const matches = await createJudge(rules).judge(
    texts.map((text, index) => ({ where: String(index), text })),
    () => true,
    never,
  );
  return matches.map(({ rule: { id }, where, start, end }) => [id, where, texts[Number(where)]?.slice(start, end) ?? '']);
}

describe('a judge', () => {
  it('says which rule matched, where, and what, masked', async () => {
    const matches = await createJudge([keys]).judge([{ where: 'file 1', text: `the key: ${key}.` }], () => true, never);
    expect(matches).toEqual([{ rule: keys, where: 'file 1', start: 9, end: 29, masked: 'AKIA…(16)' }]);
  });

  it('finds all matches in all texts, in their order', async () => {
    const other = rule('other', { pattern: 'foo|bar' });
    expect(await found([keys, other], `foo ${key} bar`, 'nothing', 'bar')).toEqual([
      ['other', '0', 'foo'],
      ['keys', '0', key],
      ['other', '0', 'bar'],
      ['other', '2', 'bar'],
    ]);
  });

  it('asks only the rules that apply', async () => {
    const judge = createJudge([keys, rule('other', { pattern: 'the' })]);
    const matches = await judge.judge([{ where: 'text', text: `the ${key}` }], ({ id }) => id === 'other', never);
    expect(matches.map(({ rule: { id } }) => id)).toEqual(['other']);
  });

  it('works on without the rules that cannot be compiled, and says why', async () => {
    const bad = rule('bad', { pattern: '(?=x)' });
    const judge = createJudge([bad, keys, rule('worse', { pattern: '(' })]);
    expect(judge.rules).toEqual([keys]);
    expect(judge.broken.map(({ rule: { id }, reason }) => [id, reason])).toEqual([
      ['bad', expect.stringContaining('lookahead')],
      ['worse', 'a closing ) is missing'],
    ]);
    expect(await judge.judge([{ where: 'text', text: key }], () => true, never)).toHaveLength(1);
  });

  it('matches nothing that is empty', async () => {
    expect(await found([rule('empty', { pattern: 'x*' })], 'aaxxa')).toEqual([['empty', '0', 'xx']]);
  });

  it.each([
    ['zero-width characters', `AK\u200bIA${key.slice(4, 9)}\u2060${key.slice(9)}`],
    ['a soft hyphen', `${key.slice(0, 10)}\u00ad${key.slice(10)}`],
    ['full-width letters', `ＡＫＩＡ${key.slice(4)}`],
  ])('is not deceived by %s, and names the place in the text as it is', async (_what, hidden) => {
    expect(await found([keys], `see ${hidden} there`)).toEqual([['keys', '0', hidden]]);
  });

  it('looks at a text as it stands, too', async () => {
    expect(await found([rule('wide', { pattern: 'Ａ+' })], 'xＡＡx')).toEqual([['wide', '0', 'ＡＡ']]);
  });

  it('names at most 50 matches of a rule in a text, and 200 in all, among them one of each rule', async () => {
    expect(await found([rule('a', { pattern: 'a' })], 'a '.repeat(500))).toHaveLength(50);
    const many = Array.from({ length: 10 }, (_, index) => rule(`r${index}`, { pattern: `[a${index}]` }));
    const all = await found(many, 'a'.repeat(60), 'a'.repeat(60));
    expect(all).toHaveLength(200);
    expect(new Set(all.map(([id]) => id)).size).toBe(10);
  });

  it('keeps the matches of the strongest live action when there are too many', async () => {
    const weak = Array.from({ length: 250 }, (_, index) => rule(`weak${index}`, { pattern: `x(?:${index})?` }, { dryRun: false }));
    const strong = rule('strong', { pattern: 'x+' }, { action: 'quarantine', dryRun: false });
    expect((await found([...weak, strong], 'x')).map(([id]) => id)).toContain('strong');
  });

  it('stops when it is told to', async () => {
    const stop = new AbortController();
    const judged = createJudge([keys]).judge([{ where: 'text', text: 'x '.repeat(2_000_000) }], () => true, stop.signal);
    stop.abort();
    await expect(judged).rejects.toThrow(/abort/i);
  });

  it('still finds what it found after other rules were changed', async () => {
    const many = Array.from({ length: 40 }, (_, index) => rule(`r${index}`, { pattern: `name-${index}\\b` }));
    expect(await found(many, 'name-7 name-33')).toHaveLength(2);
    expect(await found([...many.slice(0, 20), keys, ...many.slice(21)], `name-7 name-20 ${key}`)).toEqual([
      ['r7', '0', 'name-7'],
      ['keys', '0', key],
    ]);
  });
});
