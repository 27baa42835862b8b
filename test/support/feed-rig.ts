import type { Feeds } from '@watchpost/feeds/feed';
import type { EntryEvent } from '@watchpost/feeds/feed-store';
import { createEntries } from '@watchpost/feeds/store/entries';
import { createFeedLog } from '@watchpost/feeds/store/feed-log';
import { createKeptPictures } from '@watchpost/feeds/store/kept-pictures';
import { createProfiles } from '@watchpost/feeds/store/profiles';
import { readEntries } from '@watchpost/feeds/store/read-entries';
import { buildApp } from '@watchpost/feed/app';
import { follow } from '@watchpost/feed/follow';
import { createGate } from '@watchpost/feed/gate';
import { createPictureCache } from '@watchpost/feed/http/picture-cache';
import type { LiveDeps } from '@watchpost/feed/memory/live';
import { createLiveFeeds } from '@watchpost/feed/live-feeds';
import { createKnownNames } from '@watchpost/feed/memory/names';
import { createFeedMetrics } from '@watchpost/feed/metrics';
import { createReaders } from '@watchpost/feed/sse/readers';
import type { DocumentStore } from '@watchpost/shared/documents/document-store';
import { createEnvelope } from '@watchpost/shared/envelope';
import { createLogger } from '@watchpost/shared/observability/logger';
import { createMetrics } from '@watchpost/shared/observability/metrics';
import { until } from './until.ts';

const never = new AbortController().signal;

/** What a worker writes: entries, log, profiles, pictures. */
export function feedWriter(documents: DocumentStore, feeds: Feeds) {
  const feedLog = createFeedLog(documents);
  const envelope = createEnvelope(['a key of tests'], 'jobs');
  const entries = createEntries({ documents, feedLog, envelope });
  return {
    entries,
    feedLog,
    profiles: createProfiles(documents),
    pictures: createKeptPictures(documents),
    apply: async (event: EntryEvent, slug = 'news') => entries.apply(feeds.get(slug)!, event, never),
  };
}

/** What answers have that tests look at; each has some of it. */
interface Answer {
  messages: unknown[];
  feeds: { slug: string }[];
  feed: { headline: string };
  position: string;
}

export interface FeedProcessOptions {
  documents: DocumentStore;
  followed?: LiveDeps['followed'];
  feeds: Feeds;
  now?: () => number;
  limits?: { entries: number; changes: number };
  mostReaders?: number;
  mostBytesBehind?: number;
  heartbeatMs?: number;
  mostBytesReplayed?: number;
  /** 0: a free one. */
  port?: number;
}

/** A feed process in this one, on a real socket. Resolves when it has read the feeds. */
export async function startFeedProcess({
  documents,
  followed,
  feeds,
  now = Date.now,
  limits = { entries: 1_000, changes: 4_000 },
  mostReaders = 1_000,
  mostBytesBehind = 262_144,
  heartbeatMs = 15_000,
  mostBytesReplayed,
  port = 0,
}: FeedProcessOptions) {
  const stop = new AbortController();
  const log = createLogger('test', 'silent');
  const metrics = createMetrics({ processMetrics: false });
  const feedMetrics = createFeedMetrics(metrics);
  const readers = createReaders({ mostBytesBehind, onCut: () => feedMetrics.cut(), onSent: (writes) => feedMetrics.sent(writes) });
  const lives = createLiveFeeds(feeds, readers);
  const profiles = createProfiles(documents);
  const source = { entries: readEntries(documents), feedLog: createFeedLog(documents), profiles, pictures: createKeptPictures(documents) };
  const deps = {
    source,
    followed,
    names: createKnownNames(profiles),
    site: () => feeds.site(),
    log,
    now,
    limits,
    gate: createGate(4, 100),
  };
  const following = follow({ opened: async () => deps, lives, log, now, readers: () => readers.count() }, stop.signal);
  const app = buildApp({
    lives,
    readers,
    feedMetrics,
    metrics,
    log,
    now,
    mostReaders,
    heartbeatMs,
    ...(mostBytesReplayed !== undefined && { mostBytesReplayed }),
    pictures: createPictureCache(async (name, signal) => source.pictures.get(name, signal), now),
    position: () => following.position(),
    stopping: stop.signal,
    checks: { feeds: () => lives.isComplete() },
    gauges: () => ({ readers: readers.count(), entries: lives.inMemory(), lagMs: 0 }),
  });
  await app.listen({ port, host: '127.0.0.1' });
  await until('the feeds are read', () => lives.isComplete());
  const address = app.server.address();
  const url = `http://127.0.0.1:${String(typeof address === 'object' ? address?.port : 0)}`;
  return {
    url,
    app,
    lives,
    readers,
    port: Number(new URL(url).port),
    get: async (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers }),
    json: async (path: string): Promise<Answer> => {
      const answer: Answer = JSON.parse(await (await fetch(`${url}${path}`)).text());
      return answer;
    },
    stop: async () => {
      stop.abort();
      await app.close();
      await following.done;
    },
  };
}
export type FeedProcess = Awaited<ReturnType<typeof startFeedProcess>>;
