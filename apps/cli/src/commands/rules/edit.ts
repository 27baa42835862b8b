import { describeRule } from '@watchpost/rules/notation/describe';
import { readRuleEdit } from '@watchpost/rules/notation/settings';
import type { Command } from '../../command.ts';
import { actor } from '../../support/open-database.ts';
import { takeJson, withRules } from '../../support/with-rules.ts';

/** `rules edit NAME [...] [--json]`. */
export const run: Command = async (args, context) => {
  const { words, json } = takeJson(args);
  const { name, settings } = readRuleEdit(words);
  const rule = await withRules(context, async (rules) => rules.edit(name, settings, actor.id, context.signal));
  context.print(json ? JSON.stringify(rule) : describeRule(rule));
  return 0;
};
