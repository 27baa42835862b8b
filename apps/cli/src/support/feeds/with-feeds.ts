import { feedsEnv } from '@watchpost/feeds/config';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import type { Entries, Profiles } from '@watchpost/feeds/feed-store';
import { openFeeds } from '@watchpost/feeds/open-feeds';
import { createClosings } from '@watchpost/feeds/store/closings';
import { createDecisions, type Decisions } from '@watchpost/feeds/store/decisions';
import { entriesForEditors } from '@watchpost/feeds/store/open-editing';
import { createProfiles } from '@watchpost/feeds/store/profiles';
import { entriesInFeed } from '@watchpost/feeds/store/read-entries';
import { messageKeyEnv, messageKeysOf } from '@watchpost/rules/config';
import { parseEnv } from '@watchpost/shared/config/parse-env';
import { createEnvelope, type Envelope } from '@watchpost/shared/envelope';
import { AppError } from '@watchpost/shared/errors';
import { slackEnv } from '@watchpost/slack/config';
import { type DatabaseContext, silent, withDatabase } from '../open-database.ts';

/** What commands about feeds work with. */
export interface OpenedFeeds {
  feeds: Feeds;
  entries: Entries;
  /** The entries of a feed, newest first. */
  eachEntry: (slug: string) => AsyncIterable<Entry>;
  profiles: Profiles;
  decisions: Decisions;
  /** What waits for approval is sealed in it; null: there is no key here. */
  envelope: Envelope | null;
}

/** Opens the file of feeds and the database for a command about feeds; closes them after `use`. */
export async function withFeeds<T>(context: DatabaseContext, use: (opened: OpenedFeeds) => Promise<T>): Promise<T> {
  const { FEEDS_FILE: file } = parseEnv(context.env, feedsEnv);
  if (!file) throw new AppError('config-invalid', 'FEEDS_FILE is not set: it names the file of feeds, the same as for the worker');
  const envelope = envelopeOf(context);
  const feeds = await openFeeds({ file, log: silent(), signal: context.signal });
  try {
    return await withDatabase(context, async ({ documents }) => {
      feeds.closeByHand(await createClosings(documents).read(context.signal));
      return use({
        feeds,
        entries: entriesForEditors(documents, envelope),
        eachEntry: (slug) => entriesInFeed(documents, slug, {}, context.signal),
        profiles: createProfiles(documents),
        decisions: createDecisions(documents),
        envelope,
      });
    });
  } finally {
    feeds.close();
  }
}

/** The feed of this name. Throws `feed-unknown`. */
export function feedOf(feeds: Feeds, slug: string): Feed {
  const feed = feeds.get(slug);
  if (feed) return feed;
  const known = feeds.all().map((each) => each.slug);
  throw new AppError('feed-unknown', `there is no feed ${slug}; there are: ${known.length === 0 ? 'none' : known.join(', ')}`);
}

function envelopeOf({ env }: Pick<DatabaseContext, 'env'>): Envelope | null {
  const config = parseEnv(env, { ...messageKeyEnv, SLACK_API_TOKEN: slackEnv.SLACK_API_TOKEN });
  const { SLACK_API_TOKEN: token = '' } = config;
  return config.MESSAGE_KEY || token !== '' ? createEnvelope(messageKeysOf(config, [token]), 'jobs') : null;
}
