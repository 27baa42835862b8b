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

/**
 * Opens the feeds and follows their file: a change holds some seconds later, in every process. Rejects with `config-invalid`, which names
 * all faults; of a later version with faults the log says where they are, and the one before stays.
 */
export async function openFeeds({ file, log, signal, everyMs = 1_000 }: OpenFeedsOptions): Promise<Feeds> {
  if (file === null) return { ...createFeedDirectory({}), close: () => undefined };
  const count = ({ feeds = [] }: FeedsFile) => ({ feeds: feeds.length });
  const settings = await openSettings({ file, variable: 'FEEDS_FILE', what: 'feeds', read: readFeedsFile, count, log, everyMs }, signal);
  let made: { of: FeedsFile; directory: FeedDirectory } | null = null;
  const directory = (): FeedDirectory => {
    const now = settings.current();
    if (made?.of !== now) made = { of: now, directory: createFeedDirectory(now) };
    return made.directory;
  };
  return {
    all: () => directory().all(),
    get: (slug) => directory().get(slug),
    of: (channel) => directory().of(channel),
    site: () => directory().site(),
    close: () => settings.close(),
  };
}
