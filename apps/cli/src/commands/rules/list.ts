import { describeLook, describeScope, describeState, ruleFacts } from '@watchpost/rules/notation/describe';
import type { Rule } from '@watchpost/rules/rule';
import { findRule } from '@watchpost/rules/rule-name';
import type { Command } from '../../command.ts';
import { readArgs } from '../../support/read-args.ts';
import { columns, toTable } from '../../support/table.ts';
import { withRules } from '../../support/with-rules.ts';

/** What the table shows of a pattern, or of a list of channels. Characters. */
const mostShown = 40;

/** `rules list [NAME] [--json]`: a line for each rule, or everything about one. */
export const run: Command = async (args, context) => {
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, 0, Infinity);
  const all = await withRules(context, async (rules) => rules.list(context.signal));
  const name = positionals.join(' ').trim();
  const listed = name === '' ? all : [findRule(all, name)];
  if (values.json) for (const rule of listed) context.print(JSON.stringify(rule));
  else for (const line of name === '' ? lines(listed) : listed.flatMap(inFull)) context.print(line);
  return 0;
};

function lines(rules: readonly Rule[]): string[] {
  if (rules.length === 0) return ['there are no rules: watchpost rules add --help shows how to add one'];
  const rows = rules.map((rule) => [
    rule.name,
    describeState(rule),
    rule.action,
    rule.severity,
    rule.scan,
    cut(describeScope(rule.scope)),
    cut(describeLook(rule.look)),
  ]);
  return toTable(['name', 'state', 'action', 'severity', 'scans', 'in', 'looks for'], rows);
}

const inFull = (rule: Rule): string[] => columns(ruleFacts(rule).map(({ label, text }) => [label, text]));

const cut = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text);
