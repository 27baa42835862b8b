import type { ServerResponse } from 'node:http';
import { registerPage } from '@watchpost/feed/page/register-page';
import { createBodies } from '@watchpost/feed/http/bodies';
import type { LiveFeed, LiveFeeds } from '@watchpost/feed/live-feed';
import { compareCursors, cursorText, readCursor } from '@watchpost/feed/memory/cursor';
import { eventBlock } from '@watchpost/feed/sse/events';
import type { Feed, FeedSite } from '@watchpost/feeds/feed';
import { feedPageOf } from '@watchpost/feeds/outputs/feed-page';
import type { EntryView } from '@watchpost/feeds/outputs/view';
import { AppError } from '@watchpost/shared/errors';
import { type FastifyInstance, fastify } from 'fastify';

/** The time of the first message, milliseconds. */
export const firstAtMs = Date.UTC(2026, 2, 14, 9, 30);

/** An entry as readers get it: the message posted `second` seconds after the first one. */
export function viewAt(second: number, over: Partial<EntryView> = {}): EntryView {
  const atMs = firstAtMs + second * 1_000;
  const ts = `${String(Math.floor(atMs / 1_000))}.000100`;
  const text = over.text ?? `Message ${String(second)}`;
  return {
    id: `news.${ts}`,
    ts,
    html: `<p>${text}</p>`,
    text,
    posted_at: new Date(atMs).toISOString(),
    edited_at: null,
    is_edited: false,
    is_approved: false,
    is_overridden: false,
    user: { id: 'U1', display_name: 'Ada Lovelace', title: 'City reporter', image_48: null, is_bot: false },
    thread_id: null,
    is_broadcast: false,
    reply_count: 0,
    pictures: [],
    ...over,
  };
}

/** Messages, one each second. */
export const numbered = (from: number, to: number): EntryView[] =>
  Array.from({ length: to - from + 1 }, (_, index) => viewAt(from + index));

/** A feed in memory, served with the page as the feed process does it. */
export interface FeedPageRig {
  app: FastifyInstance;
  url: string;
  /** Shows an entry, or shows it anew. Readers are told. */
  put(...views: EntryView[]): void;
  remove(id: string): void;
  setFeed(over: Partial<Feed>): void;
  /** Whether the feed has been read since the start. */
  setReady(isReady: boolean): void;
  /** Readers whose last event is older than this are told to read everything anew. */
  forgetEvents(): void;
  /** Stops to answer, and breaks all connections. */
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

type LogLine = { id: string; isRemoved: boolean };

/** What the rig's server knows; it outlives a restart. */
interface Memory {
  feed: Feed;
  views: Map<string, EntryView>;
  log: LogLine[];
  version: number;
  isReady: boolean;
  /** How many events are not kept any more. */
  forgotten: number;
}

const cursorOf = (view: EntryView) => ({ postedAtMs: Date.parse(view.posted_at), messageId: view.ts });

function liveFeedOf(memory: Memory): LiveFeed {
  const position = () => `${String(memory.log.length)}.0`;
  return {
    feed: memory.feed,
    position,
    version: () => memory.version,
    changedAtMs: () => firstAtMs,
    page: async ({ before, limit }) => {
      const sorted = [...memory.views.values()].sort((a, b) => compareCursors(cursorOf(b), cursorOf(a)));
      const wanted = sorted.filter((view) => before === null || compareCursors(cursorOf(view), before) < 0);
      const views = wanted.slice(0, limit);
      const last = views.at(-1);
      return { views, nextBefore: wanted.length > limit && last ? cursorText(cursorOf(last)) : null, position: position() };
    },
  };
}

function appOf(memory: Memory, site: FeedSite, followers: Map<ServerResponse, (line: LogLine | 'feed') => void>): FastifyInstance {
  const app = fastify({ forceCloseConnections: true });
  const feeds: LiveFeeds = {
    all: () => [memory.feed],
    get: (slug) => {
      if (!memory.isReady) throw new AppError('feed-not-ready', 'not read yet');
      return slug === memory.feed.slug ? liveFeedOf(memory) : null;
    },
    site: () => site,
  };
  const bodies = createBodies(Date.now);
  const pages = registerPage(app, { feeds, bodies, stopping: new AbortController().signal, now: Date.now });
  app.get('/feeds', async (request, reply) => pages.sendList(request, reply));
  app.get<{ Querystring: { limit?: string; before?: string } }>('/feeds/:slug/entries', async ({ query }) => {
    const before = readCursor(query.before ?? '');
    const { views, ...part } = await liveFeedOf(memory).page(
      { before, since: null, limit: Number(query.limit ?? 50) },
      new AbortController().signal,
    );
    return feedPageOf(memory.feed, { ...part, entries: [...views] });
  });
  app.get<{ Querystring: { since?: string } }>('/feeds/:slug/events', (request, reply) => {
    reply.hijack();
    const response = reply.raw;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    const since = Number.parseInt(String(request.headers['last-event-id'] ?? request.query.since ?? '0'), 10);
    const send = (line: LogLine | 'feed', at: number): void => {
      if (line === 'feed') return void response.write(eventBlock('feed', '{}', null));
      const view = memory.views.get(line.id);
      const data = view ? JSON.stringify(view) : JSON.stringify({ id: line.id });
      response.write(eventBlock(view ? 'entry' : 'removed', data, `${String(at)}.0`));
    };
    response.write('retry: 100\n\n');
    if (since < memory.forgotten) response.write(eventBlock('reset', '{}', null));
    else memory.log.slice(since).forEach((line, index) => send(line, since + index + 1));
    followers.set(response, (line) => send(line, memory.log.length));
    response.on('close', () => followers.delete(response));
  });
  return app;
}

export async function startFeedPage(feed: Feed, site: Partial<FeedSite> = {}): Promise<FeedPageRig> {
  const memory: Memory = { feed, views: new Map(), log: [], version: 0, isReady: true, forgotten: 0 };
  const followers = new Map<ServerResponse, (line: LogLine | 'feed') => void>();
  const make = () => appOf(memory, { corsOrigins: [], oldPaths: false, publicUrl: null, ...site }, followers);
  let app = make();
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const tell = (line: LogLine): void => {
    memory.version += 1;
    memory.log.push(line);
    for (const follower of followers.values()) follower(line);
  };
  return {
    get app() {
      return app;
    },
    url: `${url}/feeds/${feed.slug}`,
    put: (...views) => {
      for (const view of views) {
        memory.views.set(view.id, view);
        tell({ id: view.id, isRemoved: false });
      }
    },
    remove: (id) => {
      memory.views.delete(id);
      tell({ id, isRemoved: true });
    },
    setFeed: (over) => {
      memory.version += 1;
      memory.feed = { ...memory.feed, ...over };
      for (const follower of followers.values()) follower('feed');
    },
    setReady: (isReady) => (memory.isReady = isReady),
    forgetEvents: () => (memory.forgotten = memory.log.length),
    stop: async () => {
      for (const response of followers.keys()) response.destroy();
      await app.close();
    },
    start: async () => {
      app = make();
      await app.listen({ port: Number(new URL(url).port), host: '127.0.0.1' });
    },
    close: async () => {
      for (const response of followers.keys()) response.destroy();
      await app.close();
    },
  };
}
