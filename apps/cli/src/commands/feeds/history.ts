import { shownTime } from '@watchpost/rules/notation/times';
import type { Command } from '../../command.ts';
import { withFeeds } from '../../support/feeds/with-feeds.ts';
import { readArgs, readCount } from '../../support/read-args.ts';

const usualLimit = 30;
const mostDecisions = 10_000;

/** `feeds history [--limit N] [--json]`: who decided what about entries on the command line; newest first. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { limit: { type: 'string' }, json: { type: 'boolean' } });
  const limit = readCount('--limit', values.limit, mostDecisions) ?? usualLimit;
  const latest = await withFeeds(context, async ({ decisions }) => decisions.list(limit, context.signal));
  for (const decision of latest) {
    const { atMs, what, feed, messageId, actor } = decision;
    context.print(values.json ? JSON.stringify(decision) : `${shownTime(atMs)}  ${what} ${feed} ${messageId} (${actor})`);
  }
  return 0;
};
