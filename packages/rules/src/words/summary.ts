import { rulesCommandName, typedRules } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { countOf, moment, plain, say, section, sectionsOf } from '@watchpost/shared/chat/say';
import { quoted } from '../notation/words.ts';
import type { Rule } from '../rule.ts';
import type { RuleCount, ViolationCounts } from '../violations.ts';

/** What a week came to, without any author. */
export interface Week extends ViolationCounts {
  fromMs: number;
  toMs: number;
  /** How many rules there are. */
  ruleCount: number;
}

/** Rules with the most matches are shown. */
const mostRules = 30;

const post = (text: RichText, rest: readonly RichText[] = []): Post => ({
  summary: plain(text),
  picture: null,
  sections: sectionsOf([text, ...rest]),
  footer: [],
});

/** The weekly summary in the admin channel; null: nothing happened, and there is no rule. Pure. */
export function weeklySummaryOf(week: Week): Post | null {
  const { fromMs, toMs, unread, appeals, ruleCount } = week;
  if (week.rules.length === 0 && unread === 0 && ruleCount === 0) return null;
  const span = say`Message rules, ${moment(fromMs, 'date')} to ${moment(toMs, 'date')}`;
  if (week.rules.length === 0 && unread === 0)
    return post(say`${span}: nothing was found. There ${ruleCount === 1 ? 'is' : 'are'} ${countOf(ruleCount, 'rule')}.`);
  const sorted = week.rules.toSorted((a, b) => b.messages - a.messages);
  const lines = sorted.slice(0, mostRules).map((each) => ruleLine(each));
  const more = sorted.length > mostRules ? [say`and ${countOf(sorted.length - mostRules, 'rule')} more`] : [];
  return post(say`${span}:`, [...lines, ...more, ...unreadLine(unread), ...appealsLine(appeals)]);
}

function ruleLine({ ruleName, messages, ...counts }: RuleCount): RichText {
  const parts = [
    { count: counts.removed, what: 'removed' },
    { count: counts.reported, what: 'only reported' },
    { count: counts.dryRun, what: 'in dry run' },
    { count: counts.failed, what: 'could not be removed' },
  ].filter(({ count }) => count > 0);
  const told = parts.map(({ count, what }) => `${count.toLocaleString('en-GB')} ${what}`).join(', ');
  return say`• ${{ text: ruleName, bold: true }}: ${countOf(messages, 'message')}${told === '' ? '' : ` (${told})`}`;
}

const unreadLine = (unread: number): RichText[] =>
  unread === 0 ? [] : [say`Could not be read: ${countOf(unread, 'file or part of one', 'files or parts of them')}`];

function appealsLine({ waiting, accepted, rejected }: Week['appeals']): RichText[] {
  const all = waiting + accepted + rejected;
  return all === 0
    ? []
    : [say`${countOf(all, 'author')} said that it was a mistake: ${accepted} accepted, ${rejected} rejected, ${waiting} waiting`];
}

/** What the admin channel is told of reports that were too many for it; `rule`: null where nothing was found in what could be read. Pure. */
export function moreLine({ rule, more }: { rule: string | null; more: number }): Post {
  const reports = countOf(more, 'more report', 'more reports');
  if (rule === null) return post(say`${reports} of what could not be read within a minute. To see them: ${typedRules('violations')}`);
  return post(say`${reports} of the rule “${rule}” within a minute. To see them: ${typedRules(`violations rule ${quoted(rule)}`)}`);
}

/** What the admins are told of a rule that went back to its dry run by itself. Pure. */
export function brakeLine({ name, mostAnHour }: Pick<Rule, 'name' | 'mostAnHour'>): Post {
  const text = say`The rule “${name}” wanted to remove more than ${countOf(mostAnHour, 'message')} within an hour. It is back in dry run and removes nothing. If it is right, switch it on again with ${typedRules(`live ${quoted(name)}`)}; to allow more: ${typedRules(`edit ${quoted(name)} --most-an-hour ${String(Math.min(mostAnHour * 10, 100_000))}`)}`;
  return { summary: `${rulesCommandName}: ${plain(text)}`, picture: null, sections: [section(text)], footer: [] };
}
