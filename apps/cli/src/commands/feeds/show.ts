import { AppError } from '@watchpost/shared/errors';
import type { Command } from '../../command.ts';
import { describeEntries, type DescribedEntry } from '@watchpost/feeds/editing/described';
import { readMessageId } from '../../support/feeds/message-id.ts';
import { feedOf, withFeeds } from '../../support/feeds/with-feeds.ts';
import { readArgs } from '../../support/read-args.ts';
import { columns } from '../../support/table.ts';

/** `feeds show FEED MESSAGE [--json]`: one entry with its versions. */
export const run: Command = async (args, context) => {
  const { signal, print } = context;
  const { values, positionals } = readArgs(args, { json: { type: 'boolean' } }, 2);
  const [slug = '', message = ''] = positionals;
  const messageId = readMessageId(message);
  return withFeeds(context, async ({ feeds, entries, profiles, envelope }) => {
    const feed = feedOf(feeds, slug);
    const entry = await entries.get(slug, messageId, signal);
    const [described] = await describeEntries(entry ? [entry] : [], { feed, profiles, envelope }, signal);
    if (!described)
      throw new AppError('entry-unknown', `${messageId} is not in the feed ${slug}; watchpost feeds entries ${slug} lists what is`);
    if (values.json) print(JSON.stringify(described));
    else for (const line of columns(facts(described))) print(line);
    return 0;
  });
};

function facts({ feed, ts, postedAt, author, state, shown, versions, decision, approvedBy, pictures }: DescribedEntry): string[][] {
  return [
    ['feed', feed],
    ['message', ts],
    ['posted', postedAt],
    ['author', author],
    ['state', state],
    ...(shown === null ? [] : [['readers see', shown]]),
    ...versions.map(({ atUs, state: how, text }) => [
      `version of ${new Date(Math.floor(atUs / 1_000)).toISOString()}`,
      text === null ? how : `${how}: ${text}`,
    ]),
    ...(approvedBy.length === 0 ? [] : [['approved by', approvedBy.join(', ')]]),
    ...(decision
      ? [['decided by', `${decision.by}, ${decision.at}${decision.isApproved ? ', approved' : ''}${decision.isHidden ? ', hidden' : ''}`]]
      : []),
    ...pictures.map(({ fileId, state: how, url }) => [`picture ${fileId}`, url === null ? how : `${how}: ${url}`]),
  ];
}
