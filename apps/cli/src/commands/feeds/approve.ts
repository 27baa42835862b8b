import type { Entry } from '@watchpost/feeds/entry';
import type { Feed } from '@watchpost/feeds/feed';
import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../../command.ts';
import { decide } from '../../support/feeds/decide.ts';
import { stateOf } from '../../support/feeds/described.ts';

/** `feeds approve FEED MESSAGE [--json]`: what it says now. */
export const run: Command = async (args, context) => decide(args, { what: 'approved', change: approved, done: 'approved' }, context);

function approved({ entry, feed }: { entry: Entry; feed: Feed }): { approvedAtUs: number } {
  if (!feed.approval) throw new AppError('change-refused', `the feed ${feed.slug} needs no approval`);
  const [newest] = entry.versions;
  if (newest?.withheld === null) return { approvedAtUs: newest.atUs };
  throw new AppError('change-refused', `it cannot be approved: ${stateOf(entry)}`);
}
