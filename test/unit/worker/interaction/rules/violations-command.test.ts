import { beforeEach, expect, it } from 'vitest';
import { createMemoryDocuments } from '../../../../support/memory-documents.ts';
import { rulesRig, type RulesRig } from '../../../../support/rules-rig.ts';
import { finding, violation } from '../../../../support/violation-samples.ts';

const never = new AbortController().signal;
const dayMs = 86_400_000;
let nowMs: number;
let rig: RulesRig;
beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 25, 12);
  rig = rulesRig(createMemoryDocuments(() => nowMs));
});

/** Adds what was found so long ago. */
const found = async (messageId: string, over: { channel?: `slack:${string}`; member?: string; rule?: string; daysAgo?: number } = {}) => {
  const { channel = 'slack:C1', member = 'UADA', rule = 'keys', daysAgo = 0 } = over;
  const author = { member, bot: null, app: null };
  const asOf = nowMs;
  const atMs = nowMs - daysAgo * dayMs;
  nowMs = atMs;
  const message = { ...violation().message, messageId, channel, author, postedAtMs: atMs };
  await rig.violations.add(message, { findings: [finding({ ruleId: rule, ruleName: rule, atMs, action: 'report' })], unread: [] }, never);
  nowMs = asOf;
};
const shown = (text: string): string[] => Array.from(text.matchAll(/ · (U\w+) in (C\w+) · (\S+) /g), ([, ...parts]) => parts.join(' '));

it('lists what was found, newest first, with what was done and a link to what still stands', async () => {
  await found('1.0', { daysAgo: 1 });
  await found('2.0');
  expect(await rig.type('violations')).toBe(
    [
      'Violations, newest first:',
      '• 2026-11-25 12:00 UTC · UADA in C1 · keys (high): “AKIA…(16)” · Only reported, as the rule says. · message',
      '• 2026-11-24 12:00 UTC · UADA in C1 · keys (high): “AKIA…(16)” · Only reported, as the rule says. · message',
    ].join('\n'),
  );
  await rig.store();
  expect((await rig.type('violations')).match(/ · message$/gm)).toHaveLength(2);
});

it('finds by rule, channel, author and time, together and in any order', async () => {
  await rig.type('add keys --pattern abc');
  const [rule] = await rig.rules.list(never);
  await found('1.0', { rule: rule!.id });
  await found('2.0', { rule: rule!.id, channel: 'slack:C2' });
  await found('3.0', { rule: 'other', member: 'UBOB' });
  await found('4.0', { rule: rule!.id, member: 'UBOB', daysAgo: 8 });
  const ask = async (text: string): Promise<string[]> => shown(await rig.type(`violations ${text}`, { atMs: nowMs }));
  expect(await ask('rule KEYS')).toHaveLength(3);
  expect(await ask('in <#C2|random>')).toEqual([`UADA C2 ${rule!.id}`]);
  expect(await ask('by <@UBOB>')).toHaveLength(2);
  expect(await ask('since 7d')).toHaveLength(3);
  expect(await ask('since 7d by <@UBOB|bob>')).toEqual(['UBOB C1 other']);
  expect(await ask('in C1 rule keys since 2026-11-01 by UBOB')).toEqual([`UBOB C1 ${rule!.id}`]);
  expect(await rig.type('violations by UZOE')).toBe('Nothing was found.');
});

it('finds what a rule found that is removed by now', async () => {
  await rig.type('add Keys --pattern abc');
  const [rule] = await rig.rules.list(never);
  await found('1.0', { rule: rule!.id });
  await rig.type('remove Keys confirm');
  expect(await rig.type('violations rule keys')).toContain('UADA in C1');
  expect(await rig.type('violations rule Nothing')).toMatch(/^Nothing was done: there is no rule called “Nothing”/);
});

it.each([
  ['in #general', /write the channel as #general/],
  ['by @ada', /write the author as @ada/],
  ['since yesterday', /write the time as 7d/],
  ['keys', /this is not understood/],
])('says how "%s" is to be written', async (text, expected) => {
  const answer = await rig.type(`violations ${text}`);
  expect(answer).toMatch(/^Nothing was done: /);
  expect(answer).toMatch(expected);
});

it('shows fifteen, and says that there are more', async () => {
  for (let index = 0; index < 16; index += 1) await found(`${String(index)}.0`);
  const answer = await rig.type('violations');
  expect(shown(answer)).toHaveLength(15);
  expect(answer).toMatch(/and more before\. .*`watchpost rules violations` exports all\.$/);
});
