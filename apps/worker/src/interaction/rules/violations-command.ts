import { typedRules } from '@watchpost/shared/chat/command-help';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { moment, say } from '@watchpost/shared/chat/say';
import type { CanRemove } from '@watchpost/shared/chat/moderation';
import { AppError } from '@watchpost/shared/errors';
import { readAuthorId, readChannelId } from '@watchpost/rules/notation/ids';
import { readTime } from '@watchpost/rules/notation/times';
import { findRuleId } from '@watchpost/rules/rule-name';
import type { Rules } from '@watchpost/rules/rules';
import type { Violation } from '@watchpost/rules/violation';
import type { ViolationFilter } from '@watchpost/rules/violations';
import { outcomeOf } from '@watchpost/rules/words/outcome';
import { authorRun, channelRun, joined, matchesOf, ruleNames, unreadOf } from '@watchpost/rules/words/parts';
import { askCanRemove } from '../../ask-can-remove.ts';
import { linkTo } from '../../violation/link-to.ts';
import { answerOf } from '../texts.ts';
import type { Asker } from '../deps.ts';
import { answer, type RulesCommand } from './command.ts';

const mostShown = 15;
const usage = typedRules('violations rule NAME in #general by @ada since 7d');

/** `violations [rule NAME] [in #channel] [by @member] [since 7d]`: what was found, newest first. */
export const violations: RulesCommand = async ({ words, asker, atMs }, deps, signal) => {
  const filter = await filterOf(conditionsIn(words), atMs, deps.rules, signal);
  const found = await deps.violations.find({ ...filter, limit: mostShown + 1 }, signal);
  if (found.length === 0) return answer(say`Nothing was found.`);
  const canRemove = await askCanRemove(asker.platform, signal);
  const lines = await Promise.all(found.slice(0, mostShown).map((each) => lineOf(each, canRemove, asker, signal)));
  const more =
    found.length > mostShown ? [say`and more before. To narrow it down: ${usage}. \`watchpost rules violations\` exports all.`] : [];
  return answerOf(say`Violations, newest first:`, [...lines, ...more]);
};

const conditions = ['rule', 'in', 'by', 'since'] as const;
type Condition = (typeof conditions)[number];

/** The words after each of `rule`, `in`, `by` and `since`. Throws `usage-invalid`. Pure. */
export function conditionsIn(words: readonly string[]): Partial<Record<Condition, string>> {
  const read: Partial<Record<Condition, string>> = {};
  let current: Condition | null = null;
  for (const word of words) {
    const next = conditions.find((each) => each === word.toLowerCase().replace(/^--/, ''));
    if (next && read[next] === undefined && (current === null || read[current] !== '')) {
      read[next] = '';
      current = next;
    } else if (current === null) throw new AppError('usage-invalid', `this is not understood. Write: ${usage}`);
    else read[current] = `${read[current] ?? ''} ${word}`.trim();
  }
  if (current !== null && read[current] === '')
    throw new AppError('usage-invalid', `something is missing after “${current}”. Write: ${usage}`);
  return read;
}

async function filterOf(
  { rule, in: channel, by, since }: Partial<Record<Condition, string>>,
  nowMs: number,
  rules: Rules,
  signal: AbortSignal,
): Promise<Omit<ViolationFilter, 'limit'>> {
  const fault = (text: string): AppError => new AppError('usage-invalid', text);
  const filter: Omit<ViolationFilter, 'limit'> = {};
  if (rule !== undefined) filter.rule = await findRuleId(rule, rules, signal);
  if (channel !== undefined) {
    const key = readChannelId(channel);
    if (!key) throw fault('write the channel as #general, and choose it from the list that opens, or write its id');
    filter.channel = key;
  }
  if (by !== undefined) {
    const key = readAuthorId(by);
    if (!key) throw fault('write the author as @ada, and choose one from the list that opens, or write the id');
    filter.author = key;
  }
  if (since !== undefined) {
    const fromMs = readTime(since, nowMs);
    if (fromMs === null) throw fault('write the time as 7d, 24h or 2026-11-01');
    filter.fromMs = fromMs;
  }
  return filter;
}

async function lineOf(violation: Violation, canRemove: CanRemove, { platform }: Asker, signal: AbortSignal): Promise<RichText> {
  const { message, findings, unread } = violation;
  const link = await linkTo(violation, platform, signal);
  const what = findings.length > 0 ? say`${ruleNames(findings)}: ${matchesOf(findings)}` : say`could not be read: ${unreadOf(unread)}`;
  return say`• ${joined([
    [moment(message.postedAtMs)],
    say`${authorRun(violation)} in ${channelRun(violation)}`,
    what,
    outcomeOf(violation, canRemove),
    ...(link === null ? [] : [[{ text: 'message', link }]]),
  ])}`;
}
