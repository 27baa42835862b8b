import type { Feed, FeedSite } from '@watchpost/feeds/feed';
import type { EntryView } from '@watchpost/feeds/outputs/view';

/** Which entries are asked for: those posted before, or after, the entry that a cursor names. Null: any. */
export interface PageOptions {
  before: Cursor | null;
  since: Cursor | null;
  limit: number;
}

/** An entry's place in its feed: by the time of the message, then by its id. In addresses: `1700000000000-1700000000.000100`. */
export interface Cursor {
  postedAtMs: number;
  messageId: string;
}

/** Entries that readers may see, the newest first. */
export interface LivePage {
  views: readonly EntryView[];
  /** The cursor of the next older ones; null: there are none. */
  nextBefore: string | null;
  /** Events after this position change what these views show. */
  position: string;
}

/** A feed as this process knows it at this moment. Settings change without restart: ask anew for each request. */
export interface LiveFeed {
  feed: Feed;
  /** Of the newest event. */
  position(): string;
  /** Another number whenever readers see something else. */
  version(): number;
  /** When readers last saw a change, milliseconds since 1970. */
  changedAtMs(): number;
  /** From memory; older ones from the database: rejects with `gallery-unavailable`. */
  page(options: PageOptions, signal: AbortSignal): Promise<LivePage>;
}

/** All feeds of this process. */
export interface LiveFeeds {
  /** In the order of their file. */
  all(): readonly Feed[];
  /** Null: there is no such feed. Rejects with `feed-not-ready` while it has not been read since the start. */
  get(slug: string): LiveFeed | null;
  site(): FeedSite;
}
