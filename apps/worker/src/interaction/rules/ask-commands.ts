import { rulesHelp, typedRules } from '@watchpost/shared/chat/command-help';
import type { Post } from '@watchpost/shared/chat/post';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { countOf, moment, say } from '@watchpost/shared/chat/say';
import { AppError } from '@watchpost/shared/errors';
import { cut } from '@watchpost/shared/text';
import { describeChange } from '@watchpost/rules/notation/describe-change';
import { describeRule, ruleFacts } from '@watchpost/rules/notation/describe';
import type { Rule } from '@watchpost/rules/rule';
import { findRule } from '@watchpost/rules/rule-name';
import { actorRun } from '@watchpost/rules/words/parts';
import { answerOf } from '../texts.ts';
import { answer, nameIn, type RulesCommand } from './command.ts';
import { showId, withMentions } from './show.ts';

const mostRules = 60;
const mostChanges = 20;

/** `list`: all rules, a line each. */
export const list: RulesCommand = async (_asked, { rules }, signal) => {
  const all = await rules.list(signal);
  if (all.length === 0) return answer(say`There are no rules yet. To make one: ${typedRules('add NAME --pattern PATTERN')}`);
  const lines = all
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en'))
    .slice(0, mostRules)
    .map((rule) => say`• ${withMentions(describeRule(shortened(rule), showId))}`);
  const more = all.length > mostRules ? [say`and ${all.length - mostRules} more: \`watchpost rules list\` shows all of them.`] : [];
  return answerOf(say`${countOf(all.length, 'rule')}:`, [...lines, ...more]);
};

/** In a list, only so much of a pattern is read. */
const longestInList = { characters: 80, units: 160 };

function shortened(rule: Rule): Rule {
  if (!('pattern' in rule.look)) return rule;
  const pattern = cut(rule.look.pattern, longestInList);
  return pattern === rule.look.pattern ? rule : { ...rule, look: { pattern: `${pattern}…` } };
}

/** `show NAME`: all settings of a rule. */
export const show: RulesCommand = async ({ words }, { rules }, signal) => {
  const rule = theRule(nameIn(words), await rules.list(signal), 'show NAME');
  return describe(say`${{ text: rule.name, bold: true }}`, rule);
};

/** A rule with all its settings below a heading. */
export function describe(heading: RichText, rule: Rule, rest: readonly RichText[] = []): Post {
  const lines = ruleFacts(rule, showId).map(({ label, text }) => say`• ${label}: ${withMentions(text)}`);
  return answerOf(heading, [...lines, ...rest]);
}

/** `history`: who changed which rule. */
export const history: RulesCommand = async (_asked, { rules }, signal) => {
  const changes = await rules.changes(mostChanges, signal);
  if (changes.length === 0) return answer(say`No rule has been changed yet.`);
  const lines = changes.map(
    (change) => say`• ${moment(change.atMs)} · ${actorRun(change.actor)} · ${withMentions(describeChange(change, showId))}`,
  );
  return answerOf(say`The latest changes:`, lines);
};

/** What each command does, below a first line. */
export function helpOf(heading: RichText): Post {
  return answerOf(
    heading,
    rulesHelp.map(({ usage, does }) => say`• ${{ text: typedRules(usage), bold: true }}: ${does}`),
  );
}

/** `help` */
export const help: RulesCommand = async () => helpOf(say`What you can do about rules:`);

/** The rule that is meant. Throws `usage-invalid` without a name, `rule-not-found` for one that no rule has. */
export function theRule(called: string, rules: readonly Rule[], usage: string): Rule {
  if (called === '') throw new AppError('usage-invalid', `say which rule: ${typedRules(usage)}`);
  return findRule(rules, called);
}
