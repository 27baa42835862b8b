import { openFeeds } from '@watchpost/feeds/open-feeds';
import { followClosings } from '@watchpost/feeds/store/closings';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createKeptPictures } from '@watchpost/feeds/store/kept-pictures';
import { createProfiles } from '@watchpost/feeds/store/profiles';
import { readEntries } from '@watchpost/feeds/store/read-entries';
import { newerDocuments } from '@watchpost/shared/documents/epoch';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { listenError } from '@watchpost/shared/process/listen-error';
import type { Lifecycle } from '@watchpost/shared/process/lifecycle';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import type { Logger } from '@watchpost/shared/observability/logger';
import { buildApp } from './app.ts';
import type { FeedConfig } from './config.ts';
import { openInBackground } from './database.ts';
import type { FeedSource } from './feed-source.ts';
import { follow } from './follow.ts';
import { createGate } from './gate.ts';
import { createPictureCache } from './http/picture-cache.ts';
import { createLiveFeeds } from './live-feeds.ts';
import { createKnownNames } from './memory/names.ts';
import { createFeedMetrics } from './metrics.ts';
import { createReaders } from './sse/readers.ts';

/** Of one feed in memory. */
const limits = { entries: 1_000, changes: 4_000 };
/** Requests for what is not in memory. */
const atATime = 4;
const mostWaiting = 200;
/** A reader that has not taken so much is cut off, bytes. */
const mostBytesBehind = 262_144;
/** Not ready after so long without an answer of the database, milliseconds. */
const lateMs = 10_000;

/**
 * Starts the feed process: settings of the feeds, memory, HTTP. It starts even while the database is unreachable; readiness says so.
 * `lifecycle` releases what it acquires, the socket first.
 */
export async function start(config: FeedConfig, log: Logger, lifecycle: Lifecycle): Promise<void> {
  const { stopping } = lifecycle;
  const now = Date.now;
  const metrics = createMetrics();
  const feedMetrics = createFeedMetrics(metrics);
  const feeds = await openFeeds({ file: config.FEEDS_FILE ?? null, log, signal: stopping });
  lifecycle.onStop('feeds', () => feeds.close());
  const database = openInBackground(config, log, stopping);
  lifecycle.onStop('database', () => database.done);
  const documents = async (signal: AbortSignal) => (await database.opened(signal)).documents;
  const closing = followClosings({ documents, take: (closed) => feeds.closeByHand(closed), log }, stopping);
  lifecycle.onStop('closed feeds', () => closing.done);

  const readers = createReaders({ mostBytesBehind, onCut: () => feedMetrics.cut(), onSent: (writes) => feedMetrics.sent(writes) });
  const lives = createLiveFeeds(feeds, readers);
  const opening = database.opened(stopping).then(({ documents, followed }) => {
    const source = sourceOn(documents);
    return {
      source,
      followed,
      names: createKnownNames(source.profiles),
      site: () => feeds.site(),
      log,
      now,
      limits,
      gate: createGate(atATime, mostWaiting),
    };
  });
  opening.catch(() => undefined);
  const following = follow({ opened: () => opening, lives, log, now, readers: () => readers.count() }, stopping);
  lifecycle.onStop('following', () => following.done);

  const pictures = createPictureCache(async (name, signal) => (await opening).source.pictures.get(name, signal), now);
  const lagMs = (): number => now() - following.readAtMs();
  const app = buildApp({
    lives,
    readers,
    pictures,
    feedMetrics,
    metrics,
    log,
    now,
    stopping,
    position: () => following.position(),
    mostReaders: config.FEED_MAX_READERS,
    checks: {
      database: () => database.isOpen() && lagMs() < lateMs,
      feeds: () => lives.isComplete(),
      'database-newer': () => !database.isNewer() || newerDocuments().message,
    },
    gauges: () => ({ readers: readers.count(), entries: lives.inMemory(), lagMs: following.readAtMs() === 0 ? 0 : lagMs() }),
  });
  lifecycle.onStop('http', async () => {
    const cut = (): void => app.server.closeAllConnections();
    lifecycle.aborting.addEventListener('abort', cut, { once: true });
    await app.close();
  });
  try {
    await app.listen({ port: config.FEED_PORT, host: config.HOST });
  } catch (error) {
    throw listenError(error, config.FEED_PORT, 'FEED_PORT', config.HOST);
  }
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.FEED_PORT;
  log.info({ port, host: config.HOST }, 'listening for readers');
}

const sourceOn = (documents: DocumentStore): FeedSource => ({
  entries: readEntries(documents),
  feedLog: createFeedLog(documents),
  profiles: createProfiles(documents),
  pictures: createKeptPictures(documents),
});
