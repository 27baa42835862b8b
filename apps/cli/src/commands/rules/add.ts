import { describeRule } from '@watchpost/rules/notation/describe';
import { readNewRule } from '@watchpost/rules/notation/settings';
import type { Command } from '../../command.ts';
import { actor } from '../../support/open-database.ts';
import { takeJson, withRules } from '../../support/with-rules.ts';

/** `rules add --name N (--pattern P | --detector D) [...] [--json]`. */
export const run: Command = async (args, context) => {
  const { words, json } = takeJson(args);
  const settings = readNewRule(words);
  const rule = await withRules(context, async (rules) => rules.add(settings, actor.id, context.signal));
  context.print(json ? JSON.stringify(rule) : describeRule(rule));
  if (!json && rule.dryRun) context.print(`watchpost rules edit "${rule.name}" --live lets it act.`);
  return 0;
};
