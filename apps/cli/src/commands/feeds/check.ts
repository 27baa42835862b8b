import type { Feed } from '@watchpost/feeds/feed';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { shownId } from '@watchpost/rules/notation/ids';
import type { Command } from '../../command.ts';
import { silent } from '../../support/open-database.ts';
import { readArgs } from '../../support/read-args.ts';

/** `feeds check FILE`: says what is wrong with a file of feeds before a process reads it, or what its feeds are. Throws `config-invalid`. */
export const run: Command = async (args, { print, signal }) => {
  const [file = ''] = readArgs(args, {}, 1).positionals;
  const feeds = await openFeeds({ file, log: silent(), signal });
  try {
    const all = feeds.all();
    for (const feed of all) print(described(feed));
    print(all.length === 1 ? '1 feed, no fault' : `${String(all.length)} feeds, no fault`);
  } finally {
    feeds.close();
  }
  return 0;
};

function described({ slug, source, channel, approval, isOpen }: Feed): string {
  const what = source === 'visits' ? 'visits in' : 'messages of';
  const names = approval?.emoji.map((name) => `:${name}:`).join(' or ');
  return `${slug}: ${what} ${shownId(channel)}${names === undefined ? '' : `, approved by ${names}`}${isOpen ? '' : ', closed'}`;
}
