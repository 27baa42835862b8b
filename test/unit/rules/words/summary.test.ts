import type { Post } from '@watchpost/shared/chat/post';
import { plain } from '@watchpost/shared/chat/say';
import { brakeLine, moreLine, weeklySummaryOf, type Week } from '@watchpost/rules/words/summary';
import { faultsOfBlocks } from '@watchpost/slack/blocks/faults';
import { renderPost } from '@watchpost/slack/blocks/render-post';
import { expect, it } from 'vitest';

const linesOf = (post: Post | null): string[] | null => post && post.sections.flatMap(({ text }) => plain(text).split('\n'));
const week = (over: Partial<Week> = {}): Week => ({
  fromMs: Date.UTC(2026, 10, 16, 8),
  toMs: Date.UTC(2026, 10, 23, 8),
  rules: [],
  unread: 0,
  appeals: { waiting: 0, accepted: 0, rejected: 0 },
  ruleCount: 2,
  ...over,
});
const none = { removed: 0, reported: 0, dryRun: 0, failed: 0 };

it('says of a week what each rule came to, what could not be read, and how appeals ended, and names no author', () => {
  const summary = weeklySummaryOf(
    week({
      rules: [
        { ...none, ruleId: 'cards', ruleName: 'Cards', messages: 1, dryRun: 1 },
        { ...none, ruleId: 'keys', ruleName: 'Keys', messages: 1_204, removed: 1_200, reported: 1, failed: 2 },
      ],
      unread: 3,
      appeals: { waiting: 1, accepted: 2, rejected: 0 },
    }),
  );
  expect(linesOf(summary)).toEqual([
    'Message rules, 2026-11-16 to 2026-11-23:',
    '• Keys: 1,204 messages (1,200 removed, 1 only reported, 2 could not be removed)',
    '• Cards: 1 message (1 in dry run)',
    'Could not be read: 3 files or parts of them',
    '3 authors said that it was a mistake: 2 accepted, 0 rejected, 1 waiting',
  ]);
});

it('says that a week was quiet only where there are rules', () => {
  expect(linesOf(weeklySummaryOf(week()))).toEqual(['Message rules, 2026-11-16 to 2026-11-23: nothing was found. There are 2 rules.']);
  expect(weeklySummaryOf(week({ ruleCount: 0 }))).toBeNull();
  expect(linesOf(weeklySummaryOf(week({ ruleCount: 0, unread: 1 })))).toHaveLength(2);
});

it('stays within what Slack takes for 500 rules', () => {
  const rules = Array.from({ length: 500 }, (_, index) => ({
    ...none,
    ruleId: String(index),
    ruleName: `${String(index)} ${'<'.repeat(70)}`,
    messages: index,
  }));
  const post = weeklySummaryOf(week({ rules }));
  expect(post).not.toBeNull();
  expect(faultsOfBlocks(renderPost(post!, { fileId: null }).blocks)).toEqual([]);
  expect(linesOf(post)?.[1]).toContain('499 <');
  expect(linesOf(post)?.at(-1)).toBe('and 470 rules more');
});

it('says how many more reports a rule had, and how to see them', () => {
  expect(linesOf(moreLine({ rule: 'Card numbers', more: 1_043 }))).toEqual([
    '1,043 more reports of the rule “Card numbers” within a minute. To see them: /rules violations rule "Card numbers"',
  ]);
  expect(linesOf(moreLine({ rule: null, more: 1 }))).toEqual([
    '1 more report of what could not be read within a minute. To see them: /rules violations',
  ]);
});

it('says that a rule stopped itself, and how it is switched on again', () => {
  expect(linesOf(brakeLine({ name: 'Keys', mostAnHour: 100 }))).toEqual([
    'The rule “Keys” wanted to remove more than 100 messages within an hour. It is back in dry run and removes nothing. If it is right, switch it on again with /rules live Keys; to allow more: /rules edit Keys --most-an-hour 1000',
  ]);
});
