import { describeChange } from '@watchpost/rules/notation/describe-change';
import { shownTime } from '@watchpost/rules/notation/times';
import type { RuleChange } from '@watchpost/rules/rules';
import { createQuarantineAudit, type QuarantineAccess } from '@watchpost/rules/store/quarantine-audit';
import type { Command } from '../../command.ts';
import { readArgs, readCount } from '../../support/read-args.ts';
import { withRules } from '../../support/with-rules.ts';

const usualLimit = 30;
const mostEntries = 10_000;

/** `rules history [--limit N] [--json]`: the latest changes, and what was done with originals on the command line; newest first. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { limit: { type: 'string' }, json: { type: 'boolean' } });
  const limit = readCount('--limit', values.limit, mostEntries) ?? usualLimit;
  const entries = await withRules(context, async (rules, documents) => [
    ...(await rules.changes(limit, context.signal)),
    ...(await createQuarantineAudit(documents).list(limit, context.signal)),
  ]);
  const latest = entries.sort((one, other) => other.atMs - one.atMs).slice(0, limit);
  for (const entry of latest) context.print(values.json ? JSON.stringify(entry) : toLine(entry));
  return 0;
};

function toLine(entry: RuleChange | QuarantineAccess): string {
  const what = 'number' in entry ? describeChange(entry) : `${entry.what} the original of ${entry.violation}`;
  return `${shownTime(entry.atMs)}  ${what} (${entry.actor})`;
}
