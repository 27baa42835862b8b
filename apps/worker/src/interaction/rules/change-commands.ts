import { isDeepStrictEqual } from 'node:util';
import { typedRules } from '@watchpost/shared/chat/command-help';
import type { RichText } from '@watchpost/shared/chat/rich-text';
import { say } from '@watchpost/shared/chat/say';
import { toAppError, type ErrorCode } from '@watchpost/shared/errors';
import { describeAction } from '@watchpost/rules/notation/describe';
import { readNewRule, readRuleEdit } from '@watchpost/rules/notation/settings';
import { quoted } from '@watchpost/rules/notation/words';
import type { Rule, RuleSettings } from '@watchpost/rules/rule';
import { isCalled } from '@watchpost/rules/rule-name';
import type { RuleChange } from '@watchpost/rules/rules';
import { askCanRemove } from '../../ask-can-remove.ts';
import { describe, theRule } from './ask-commands.ts';
import { answer, nameIn, type RulesAsked, type RulesCommand } from './command.ts';
import type { RuleDeedDeps } from './deps.ts';

/** Changes looked through for one whose answer was lost. */
const lookBack = 20;
/** Clocks of different machines differ by less, milliseconds. */
const clocksDifferMs = 5_000;

/** `add NAME --pattern P …` */
export const add: RulesCommand = async (asked, deps, signal) => {
  const { name, look, ...settings } = readNewRule(asked.words);
  const make = (): Promise<Rule> => deps.rules.add({ ...settings, name, look }, asked.asker.actor.id, signal);
  const wasMade = ({ what, after }: RuleChange): boolean => what === 'added' && was(after, name) && isDeepStrictEqual(after?.look, look);
  const rule = await orEarlier(make, 'rule-name-taken', wasMade, asked, deps, signal);
  return describe(say`Added:`, rule, [...(await nextStep(rule, asked, signal))]);
};

/** `edit NAME --action remove …` */
export const edit: RulesCommand = async (asked, deps, signal) => {
  const { name, settings } = readRuleEdit(asked.words);
  const change = (): Promise<Rule> => deps.rules.edit(name, settings, asked.asker.actor.id, signal);
  const wasRenamed = ({ what, before, after }: RuleChange): boolean =>
    what === 'edited' && settings.name !== undefined && was(before, name) && was(after, settings.name);
  const rule = await orEarlier(change, 'rule-not-found', wasRenamed, asked, deps, signal);
  return describe(say`Changed:`, rule, [...(await nextStep(rule, asked, signal))]);
};

/** `live NAME`, `dry-run NAME`, `enable NAME`, `disable NAME` */
const switching =
  (command: string, settings: RuleSettings): RulesCommand =>
  async (asked, { rules }, signal) => {
    const { id } = theRule(nameIn(asked.words), await rules.list(signal), `${command} NAME`);
    const rule = await rules.edit(id, settings, asked.asker.actor.id, signal);
    const state =
      rule.enabled || command === 'disable' ? say`` : say` It is disabled: ${typedRules(`enable ${quoted(rule.name)}`)} applies it again.`;
    return answer(say`${stateOf(rule, command)}${state}${command === 'disable' ? [] : await warning(rule, asked, signal)}`);
  };
export const live = switching('live', { dryRun: false });
export const dryRun = switching('dry-run', { dryRun: true });
export const enable = switching('enable', { enabled: true });
export const disable = switching('disable', { enabled: false });

function stateOf(rule: Rule, command: string): RichText {
  const name = { text: rule.name, bold: true };
  if (command === 'disable') return say`The rule ${name} is disabled.`;
  if (rule.dryRun) return say`The rule ${name} is in dry run: it records and reports what it would have done, and does nothing else.`;
  return say`The rule ${name} is live. Where it matches: ${describeAction(rule)}.`;
}

/** `remove NAME`, then `remove NAME confirm`. */
export const remove: RulesCommand = async (asked, deps, signal) => {
  const all = await deps.rules.list(signal);
  const typed = nameIn(asked.words);
  const confirmed = /^(.+)\s+confirm$/i.exec(typed)?.[1];
  // A rule may be called "… confirm".
  if (confirmed === undefined || all.some((rule) => isCalled(rule, typed))) {
    const { name } = theRule(typed, all, 'remove NAME');
    return answer(
      say`This removes the rule ${{ text: name, bold: true }}. What it found stays. To do it: ${typedRules(`remove ${quoted(name)} confirm`)}`,
    );
  }
  const take = (): Promise<Rule> => deps.rules.remove(theRule(confirmed, all, 'remove NAME').id, asked.asker.actor.id, signal);
  const wasTaken = ({ what, before }: RuleChange): boolean => what === 'removed' && was(before, confirmed);
  const rule = await orEarlier(async () => take(), 'rule-not-found', wasTaken, asked, deps, signal);
  return answer(say`The rule ${{ text: rule.name, bold: true }} is removed.`);
};

/**
 * Makes a change. A job that was stopped after its change, by a kill or a database that went away, finds it refused with `code`: then the
 * change in the audit is the answer, if the same member made it since the command was typed.
 */
async function orEarlier(
  change: () => Promise<Rule>,
  code: ErrorCode,
  isIt: (change: RuleChange) => boolean,
  { asker, atMs }: RulesAsked,
  { rules }: RuleDeedDeps,
  signal: AbortSignal,
): Promise<Rule> {
  try {
    return await change();
  } catch (error) {
    if (toAppError(error).code !== code) throw error;
    const mine = (await rules.changes(lookBack, signal)).find(
      (each) => each.actor === asker.actor.id && each.atMs >= atMs - clocksDifferMs && isIt(each),
    );
    const rule = mine?.after ?? mine?.before;
    if (!rule) throw error;
    return rule;
  }
}

const was = (rule: Rule | null, called: string): boolean => rule !== null && isCalled(rule, called);

/** What whoever made or changed a rule does next. */
async function nextStep(rule: Rule, asked: RulesAsked, signal: AbortSignal): Promise<RichText[]> {
  const step = rule.dryRun
    ? say`It is in dry run. To try it: ${typedRules(`test ${quoted(rule.name)} TEXT`)}. To let it act: ${typedRules(`live ${quoted(rule.name)}`)}`
    : say`It is live.`;
  const warned = await warning(rule, asked, signal);
  return warned.length === 0 ? [step] : [step, warned];
}

/** That a rule cannot remove anything here, and why; empty: it can, or need not. */
async function warning({ action }: Rule, { asker }: RulesAsked, signal: AbortSignal): Promise<RichText> {
  if (action === 'report') return [];
  const can = await askCanRemove(asker.platform, signal);
  return can.can ? [] : say` Nothing can be removed here: ${can.why} Until then it only reports.`;
}
