import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../../command.ts';
import { actor } from '../../support/open-database.ts';
import { readArgs } from '../../support/read-args.ts';
import { withRules } from '../../support/with-rules.ts';

/** `rules remove NAME [--json]`. */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, 1, Infinity);
  const name = positionals.join(' ').trim();
  if (name === '') throw new AppError('usage-invalid', "the rule's name is missing");
  const rule = await withRules(context, async (rules) => rules.remove(name, actor.id, context.signal));
  context.print(values.json ? JSON.stringify(rule) : `${rule.name} was removed`);
  return 0;
};
