import { createJudge } from '@watchpost/rules/create-judge';
import { defaultRule, type Rule } from '@watchpost/rules/rule';
import { piecesOf } from '@watchpost/rules/reading/pieces';
import { describe, expect, it } from 'vitest';

const never = new AbortController().signal;
const rule = (pattern: string): Rule => ({ ...defaultRule, id: 'r', name: 'r', look: { pattern }, createdAtMs: 0, changedAtMs: 0 });

async function spans(pattern: string, text: string): Promise<[number, number][]> {
  const matches = await createJudge([rule(pattern)]).judge([{ where: 'file 1', text }], () => true, never);
  return matches.map(({ start, end }) => [start, end]);
}

const border = piecesOf(1_000_000)[0]?.end ?? 0;

describe('in a text that is looked at in pieces', () => {
  it('each place belongs to one piece, and each piece sees what stands around it', () => {
    for (const length of [0, 1, border, border + 20_000, 4_000_000]) {
      const pieces = piecesOf(length);
      expect(pieces[0]?.begin).toBe(0);
      expect(pieces.at(-1)?.end).toBe(length);
      for (const [index, { begin, seen, end }] of pieces.entries()) {
        expect(begin).toBe(index === 0 ? 0 : pieces[index - 1]?.end);
        expect(seen.from).toBeLessThanOrEqual(Math.max(0, begin - 1));
        expect(seen.to).toBeGreaterThanOrEqual(Math.min(length, end + 10_000));
      }
    }
  });

  it.each([-20, -8, -3, -1, 0, 1, 5])('a match at a border (%i) is found once, with its place', async (offset) => {
    const at = border + offset;
    const text = `${' '.repeat(at)}KEY-12345678${' '.repeat(300_000)}`;
    expect(await spans('KEY-\\d{8}', text)).toEqual([[at, at + 12]]);
  });

  it('a row that crosses a border is divided as in one piece', async () => {
    const start = border - 7;
    const text = `${' '.repeat(start)}${'1'.repeat(20)}${' '.repeat(300_000)}`;
    const expected = [0, 5, 10, 15].map((offset) => [start + offset, start + offset + 5]);
    const merged = await spans('1{5}', text);
    expect(merged[0]?.[0]).toBe(expected[0]?.[0]);
    expect(merged.at(-1)?.[1]).toBe(expected.at(-1)?.[1]);
  });

  it('a match longer than what overlaps is found to its end', async () => {
    const text = `${' '.repeat(border - 10)}BEGIN${'x'.repeat(60_000)}END${' '.repeat(100_000)}`;
    expect(await spans('BEGINx+(?:END)?', text)).toEqual([[border - 10, border - 10 + 60_008]]);
  });

  it('beginning and end are those of the text, not of a piece', async () => {
    const text = `${'a '.repeat(110_000)}b`;
    expect(await spans('^a ', text)).toEqual([[0, 2]]);
    expect(await spans('[ab] ?$', text)).toEqual([[220_000, 220_001]]);
    expect(await spans('(?:a )+$', text)).toEqual([]);
  });

  it('what hides a match hides it nowhere', async () => {
    const text = `${'ä\u200b'.repeat(border / 2)}K\u200bEY-1234\u00ad5678${' ä'.repeat(100_000)}`;
    expect(await spans('KEY-\\d{8}', text)).toEqual([[border, border + 14]]);
  });
});

it('lets the event loop go on while a text of four million characters is judged', async () => {
  const judge = createJudge(
    ['(a+)+$', '(?i)secret\\s\\w+', '[0-9a-f]{32}', '.*.*.*=.*q'].map((pattern, index) => ({ ...rule(pattern), id: String(index) })),
  );
  let turns = 0;
  let isOver = false;
  const turn = (): void => {
    turns += 1;
    if (!isOver) setTimeout(turn, 0);
  };
  turn();
  await judge.judge([{ where: 'file 1', text: 'plain text, '.repeat(333_333) }], () => true, never);
  isOver = true;
  expect(turns).toBeGreaterThan(3);
});

describe('a pattern made to be slow', () => {
  const evilTexts: [string, string][] = [
    ['one letter', `${'a'.repeat(100_000)}!`],
    ['two letters', 'ab'.repeat(50_000)],
    ['words', 'aaaa xxxx yyyy '.repeat(6_666)],
    ['equals signs', `${'a=b'.repeat(33_333)}\n`],
  ];
  it.each(['(a+)+$', '(a|aa)+$', '((a*)*)*b', '(x+x+)+y', '.*.*.*=.*', '(?s)(.*a){20}', '([a-z]+)*!', '(.*)*x', '(a|b)*a(a|b){12}c'])(
    '%s takes no longer than a usual one on 100 kB',
    async (pattern) => {
      const judge = createJudge([rule(pattern)]);
      for (const [name, text] of evilTexts) {
        const times: number[] = [];
        for (let time = 0; time < 2; time += 1) {
          // Time of this thread: what else the machine does does not count.
          const before = process.cpuUsage();
          await judge.judge([{ where: 'text', text }], () => true, never);
          const { user, system } = process.cpuUsage(before);
          times.push((user + system) / 1_000);
        }
        const ms = Math.min(...times);
        process.stdout.write(`${pattern} on ${name}: ${ms.toFixed(1)} ms\n`);
        // The limit is 50 ms. Backtracking would take longer than the universe has had.
        expect(ms).toBeLessThan(250);
      }
    },
    30_000,
  );
});
