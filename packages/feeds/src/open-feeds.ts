import type { Logger } from '@watchpost/shared/observability/logger';
import { openSettings } from '@watchpost/shared/settings-file/open-settings';
import type { Feeds } from './feed.ts';
import type { FeedsFile } from './file/feeds-file.ts';
import { readFeedsFile } from './file/read-feeds-file.ts';
import { createFeedDirectory, type FeedDirectory } from './file/to-feeds.ts';

export interface OpenFeedsOptions {
  /** Null: there are no feeds. */
  file: string | null;
  log: Logger;
  signal: AbortSignal;
  /** How often the file is read again, milliseconds. */
  everyMs?: number;
}

/** The feeds as the file and people say. */
export interface OpenedFeeds extends Feeds {
  /** Closes these by hand, by slug, and opens all others that the file does not close itself. */
  closeByHand(closed: ReadonlySet<string>): void;
  /** Whether the file itself closes this feed: then nobody opens it by hand. */
  isClosedByFile(slug: string): boolean;
}

/**
 * Opens the feeds and follows their file: a change holds some seconds later, in every process. Rejects with `config-invalid`, which names
 * all faults; of a later version with faults the log says where they are, and the one before stays.
 */
export async function openFeeds({ file, log, signal, everyMs = 1_000 }: OpenFeedsOptions): Promise<OpenedFeeds> {
  if (file === null)
    return { ...createFeedDirectory({}), close: () => undefined, closeByHand: () => undefined, isClosedByFile: () => false };
  const count = ({ feeds = [] }: FeedsFile) => ({ feeds: feeds.length });
  const settings = await openSettings({ file, variable: 'FEEDS_FILE', what: 'feeds', read: readFeedsFile, count, log, everyMs }, signal);
  let closed: ReadonlySet<string> = new Set();
  let made: { of: FeedsFile; closed: ReadonlySet<string>; directory: FeedDirectory } | null = null;
  const directory = (): FeedDirectory => {
    const now = settings.current();
    if (made?.of !== now || made.closed !== closed) made = { of: now, closed, directory: createFeedDirectory(now, closed) };
    return made.directory;
  };
  return {
    all: () => directory().all(),
    get: (slug) => directory().get(slug),
    of: (channel) => directory().of(channel),
    site: () => directory().site(),
    closeByHand: (slugs) => {
      closed = slugs;
    },
    isClosedByFile: (slug) => createFeedDirectory(settings.current()).get(slug)?.isOpen === false,
    close: () => settings.close(),
  };
}
