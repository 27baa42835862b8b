import type { Feed } from '@watchpost/feeds/feed';
import { shownId } from '@watchpost/rules/notation/ids';
import type { Command } from '../../command.ts';
import { isWaiting } from '@watchpost/feeds/editing/described';
import { withFeeds, type OpenedFeeds } from '../../support/feeds/with-feeds.ts';
import { readArgs } from '../../support/read-args.ts';
import { toTable } from '../../support/table.ts';

/** So many are counted. */
const mostCounted = 5_000;

/** `feeds list [--json]`: a line for each feed, with how many entries it has. */
export const run: Command = async (args, context) => {
  const { values } = readArgs(args, { json: { type: 'boolean' } });
  const listed = await withFeeds(context, async (opened) =>
    Promise.all(opened.feeds.all().map(async (feed) => ({ feed, ...(await count(feed, opened)) }))),
  );
  if (values.json)
    for (const { feed, ...counts } of listed) {
      const { slug, channel, source, headline, isOpen, approval } = feed;
      context.print(JSON.stringify({ slug, channel, source, headline, isOpen, approval, ...counts }));
    }
  else if (listed.length === 0) context.print('there are no feeds: docs/feeds.md says how to define one');
  else for (const line of lines(listed)) context.print(line);
  return 0;
};

interface Counts {
  entries: number;
  shown: number;
  waiting: number;
  /** There are more. */
  isCut: boolean;
}

async function count({ slug }: Feed, { eachEntry }: OpenedFeeds): Promise<Counts> {
  const counts = { entries: 0, shown: 0, waiting: 0, isCut: false };
  for await (const entry of eachEntry(slug)) {
    if (counts.entries === mostCounted) return { ...counts, isCut: true };
    if (entry.deletedAtUs !== null) continue;
    counts.entries += 1;
    if (entry.published) counts.shown += 1;
    if (isWaiting(entry)) counts.waiting += 1;
  }
  return counts;
}

function lines(listed: readonly ({ feed: Feed } & Counts)[]): string[] {
  const rows = listed.map(({ feed, entries, shown, waiting, isCut }) => [
    feed.slug,
    shownId(feed.channel),
    feed.source,
    feed.approval ? feed.approval.emoji.map((name) => `:${name}:`).join(' ') : 'off',
    feed.isOpen ? 'open' : 'closed',
    `${String(entries)}${isCut ? '+' : ''}`,
    String(shown),
    String(waiting),
  ]);
  return toTable(['feed', 'channel', 'shows', 'approval', 'state', 'entries', 'shown', 'waiting'], rows);
}
