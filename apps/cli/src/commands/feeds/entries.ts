import type { Entry } from '@watchpost/feeds/entry';
import type { Command } from '../../command.ts';
import { describeEntries, isWaiting, type DescribedEntry } from '@watchpost/feeds/editing/described';
import { feedOf, withFeeds } from '../../support/feeds/with-feeds.ts';
import { readArgs, readCount } from '../../support/read-args.ts';
import { toTable } from '../../support/table.ts';

const usualLimit = 30;
const mostEntries = 10_000;
/** What the table shows of a text. Characters. */
const mostShown = 60;

/** `feeds entries FEED [--held] [--limit N] [--json]`: the newest first. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const options = { held: { type: 'boolean' }, limit: { type: 'string' }, json: { type: 'boolean' } } as const;
  const { values, positionals } = readArgs(args, options, 1);
  const limit = readCount('--limit', values.limit, mostEntries) ?? usualLimit;
  const [slug = ''] = positionals;
  return withFeeds(context, async ({ feeds, eachEntry, profiles, envelope }) => {
    const feed = feedOf(feeds, slug);
    const found: Entry[] = [];
    for await (const entry of eachEntry(slug)) {
      if (values.held && !isWaiting(entry)) continue;
      found.push(entry);
      if (found.length === limit) break;
    }
    const described = await describeEntries(found, { feed, profiles, envelope }, signal);
    if (values.json) for (const entry of described) print(JSON.stringify(entry));
    else if (found.length > 0)
      for (const line of toTable(['message', 'posted', 'author', 'state', 'text'], described.map(toRow))) print(line);
    if (found.length === 0) context.warn(values.held ? 'nothing waits for approval' : 'there are no entries');
    else if (found.length === limit) context.warn(`the newest ${String(limit)}; --limit shows more`);
    if (!envelope && described.some(({ versions }) => versions.some(({ state }) => state.includes('sealed'))))
      context.warn('what waits cannot be read here: set MESSAGE_KEY, or SLACK_API_TOKEN where the worker has no MESSAGE_KEY');
    return 0;
  });
};

/** The newest text that can be read. */
function toRow({ ts, postedAt, author, state, shown, versions }: DescribedEntry): string[] {
  const text = (versions[0]?.text ?? shown ?? '').replaceAll(/\s+/g, ' ').trim();
  return [ts, `${postedAt.slice(0, 16).replace('T', ' ')} UTC`, author, state, cut(text)];
}

const cut = (text: string): string => (text.length > mostShown ? `${text.slice(0, mostShown - 1)}…` : text);
