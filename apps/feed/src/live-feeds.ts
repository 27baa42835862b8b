import { isDeepStrictEqual } from 'node:util';
import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, Feeds } from '@watchpost/feeds/feed';
import type { FeedChange, LogPosition, LoggedBatch } from '@watchpost/feeds/feed-store';
import { feedHeadOf } from '@watchpost/feeds/outputs/feed-page';
import { AppError } from '@watchpost/shared/errors';
import type { LiveFeeds } from './live-feed.ts';
import type { Told } from './memory/differences.ts';
import { isTold, type LoggedEntry, openLive, type Live, type LiveDeps } from './memory/live.ts';
import { comparePositions, positionText } from './memory/position.ts';
import { readByIds, readParents } from './memory/read-older.ts';
import { eventBlock, idBlock } from './sse/events.ts';
import type { Readers } from './sse/readers.ts';

/** What is known of the log when feeds are read: where it begins, and what changed last, by feed and entry. */
export interface KnownLog {
  floor: LogPosition;
  position: LogPosition;
  history: ReadonlyMap<string, ReadonlyMap<string, LoggedEntry>>;
}

/** What a reader who knows everything up to a position is told first; `wait`: this process does not know so much yet. */
export type Replay = { text: string } | 'reset' | 'wait';

/** All feeds in memory, kept current by whoever follows the log. */
export interface FollowedFeeds extends LiveFeeds {
  /** Reads feeds that the file has got, drops those that it has lost, and takes over changed settings. */
  followFile(known: KnownLog, deps: LiveDeps, signal: AbortSignal): Promise<void>;
  /** Brings what the log says into memory, and tells readers. Nothing has changed if it rejects. */
  take(batches: readonly LoggedBatch[], deps: LiveDeps, signal: AbortSignal): Promise<void>;
  /** Compares all that is in memory with the database, where the log does not say what has changed. */
  readAgain(at: LogPosition, deps: LiveDeps, signal: AbortSignal): Promise<void>;
  /**
   * Reads everything anew, of another history of the database whose log is at `at`, and has readers load their pages again. Positions up to
   * `lost` say nothing any more. Nothing has changed if it rejects.
   */
  startAgain(at: LogPosition, lost: LogPosition, deps: LiveDeps, signal: AbortSignal): Promise<void>;
  expire(at: LogPosition, nowMs: number): void;
  replay(slug: string, since: LogPosition | null, newest: LogPosition): Replay;
  /** What was loaded a moment ago may be newer than the log is known here. */
  doubtUntil(position: LogPosition): void;
  inMemory(): number;
  isComplete(): boolean;
}

/** No feed is in memory until `followFile` has read it. */
export function createLiveFeeds(feeds: Feeds, readers: Readers): FollowedFeeds {
  const lives = new Map<string, Live>();
  let publicUrl = feeds.site().publicUrl;
  let lostUpTo: LogPosition | null = null;

  const tell = (live: Live, told: readonly Told[], end: LogPosition | null): void => {
    if (told.length === 0) return;
    live.changed();
    const blocks = told.map((one) => blockOf(one, one.isDerived ? null : positionText(one.at)));
    readers.tell(live.feed.slug, blocks.join('') + (end ? idBlock(positionText(end)) : ''));
  };
  const adopt = (live: Live, feed: Feed, at: LogPosition): void => {
    if (isDeepStrictEqual(live.feed, feed)) return;
    live.setFeed(feed, at);
    live.changed();
    tell(live, live.memory.renderAll(at, false), null);
    readers.tell(feed.slug, feedBlock(feed));
  };

  const followFile: FollowedFeeds['followFile'] = async ({ floor, position, history }, deps, signal) => {
    const wanted = feeds.all();
    for (const [slug] of lives) {
      if (feeds.get(slug)) continue;
      lives.delete(slug);
      readers.close(slug);
    }
    if (feeds.site().publicUrl !== publicUrl) {
      publicUrl = feeds.site().publicUrl;
      for (const live of lives.values()) tell(live, live.memory.renderAll(position, false), null);
    }
    for (const feed of wanted) {
      const live = lives.get(feed.slug);
      // What had expired may be there still.
      const back = live && feed.keepMs > live.feed.keepMs && (await readAll(live, feed.keepMs, position, deps, signal));
      if (live) adopt(live, feed, position);
      if (live && back) tell(live, live.memory.apply(back.changed, back.parents), position);
      if (!live) lives.set(feed.slug, await openLive(feed, { floor, history: history.get(feed.slug) ?? new Map() }, deps, signal));
    }
  };

  const take: FollowedFeeds['take'] = async (batches, deps, signal) => {
    const changes = changesOf(batches);
    const last = changes.at(-1)?.at;
    if (!last) return;
    const renamed = await readNames(changes, lives, deps, signal);
    const work = await readChanged(changes, lives, deps, signal);
    // From here on nothing waits: all of it is seen at once.
    for (const live of lives.values()) {
      const own = work.get(live.feed.slug);
      const anew = renamed.has(live.platform) ? live.memory.renderAll(last, true) : [];
      tell(live, anew, null);
      if (own) tell(live, live.memory.apply(own.changed, own.parents), last);
      else if (anew.length > 0) readers.tell(live.feed.slug, idBlock(positionText(last)));
    }
  };

  const readAgain: FollowedFeeds['readAgain'] = async (at, deps, signal) => {
    for (const live of lives.values()) {
      const { changed, parents } = await readAll(live, live.feed.keepMs, at, deps, signal);
      tell(live, live.memory.renderAll(at, true), null);
      tell(live, live.memory.apply(changed, parents), at);
    }
  };

  const startAgain: FollowedFeeds['startAgain'] = async (at, lost, deps, signal) => {
    const fresh = new Map<string, Live>();
    for (const feed of feeds.all()) fresh.set(feed.slug, await openLive(feed, { floor: at, history: new Map() }, deps, signal));
    lives.clear();
    for (const [slug, live] of fresh) lives.set(slug, live);
    if (!lostUpTo || comparePositions(lost, lostUpTo) > 0) lostUpTo = lost;
    for (const slug of fresh.keys()) readers.tell(slug, eventBlock('reset', '{}', null) + idBlock(positionText(at)));
  };

  return {
    all: () => feeds.all(),
    get: (slug) => {
      const live = lives.get(slug);
      if (live) return live;
      if (feeds.get(slug)) throw new AppError('feed-not-ready', `the feed ${slug} has not been read yet`);
      return null;
    },
    site: () => feeds.site(),
    followFile,
    take,
    readAgain,
    startAgain,
    expire: (at, nowMs) => {
      for (const live of lives.values()) tell(live, live.memory.expire(live.feed.keepMs, nowMs, at), null);
    },
    replay: (slug, since, newest) =>
      since && lostUpTo && comparePositions(since, lostUpTo) <= 0 ? 'reset' : replay(lives.get(slug), since, newest),
    doubtUntil: (position) => {
      for (const { memory } of lives.values()) memory.doubtUntil(position);
    },
    inMemory: () => [...lives.values()].reduce((sum, { memory }) => sum + memory.slots.window().length, 0),
    isComplete: () => feeds.all().every(({ slug }) => lives.has(slug)),
  };
}

const feedBlock = (feed: Feed): string => eventBlock('feed', JSON.stringify(feedHeadOf(feed)), null);

/** Whether something happened outside the log that a reader of this position may have missed. */
const isSince = (at: LogPosition | null, since: LogPosition): boolean => at !== null && comparePositions(since, at) <= 0;

const blockOf = ({ id, json }: Told, at: string | null): string =>
  json === null ? eventBlock('removed', JSON.stringify({ id }), at) : eventBlock('entry', json, at);

function replay(live: Live | undefined, since: LogPosition | null, newest: LogPosition): Replay {
  if (!live || (since && comparePositions(since, newest) > 0)) return 'wait';
  if (!since) return { text: idBlock(positionText(newest)) };
  const missed = live.memory.since(since);
  if (!missed) return 'reset';
  // Of those at one place of the log only the last one has its id: whoever is cut off before it is told all of them again.
  const blocks = missed.map((one, index) => {
    const next = missed[index + 1];
    return blockOf(one, next && comparePositions(next.at, one.at) === 0 ? null : positionText(one.at));
  });
  const settings = isSince(live.settingsAt(), since) ? feedBlock(live.feed) : '';
  return { text: settings + blocks.join('') + idBlock(positionText(newest)) };
}

type Placed = FeedChange & { at: LogPosition };

const changesOf = (batches: readonly LoggedBatch[]): Placed[] =>
  batches.flatMap(({ batch, changes }) => changes.map((change, index) => ({ ...change, at: { batch, index } })));

/** Reads names anew that have changed. Resolves to the platforms that show them. */
async function readNames(
  changes: readonly Placed[],
  lives: ReadonlyMap<string, Live>,
  { names }: LiveDeps,
  signal: AbortSignal,
): Promise<Set<string>> {
  const platforms = new Set<string>();
  for (const change of changes) {
    if (change.kind !== 'profiles') continue;
    names.forget(change.platform, change.what, change.subject);
    platforms.add(change.platform);
  }
  for (const { platform, memory } of lives.values()) {
    if (platforms.has(platform))
      await names.load(
        platform,
        [...memory.slots.all()].map(({ entry }) => entry),
        false,
        signal,
      );
  }
  return platforms;
}

interface Work {
  changed: { id: string; entry: Entry | null; at: LogPosition }[];
  parents: Map<string, Entry | null>;
}

/** Reads all entries that are in memory, or ought to be, and what they show. */
async function readAll(
  live: Live,
  keepMs: number,
  at: LogPosition,
  { source: { entries }, names, limits, now }: LiveDeps,
  signal: AbortSignal,
): Promise<Work> {
  const { slug } = live.feed;
  const newest = await entries.newest(slug, { fromMs: now() - keepMs, limit: limits.entries }, signal);
  const known = new Map<string, Entry | null>(newest.map((entry) => [entry.id, entry]));
  const others = [...live.memory.slots.all()].map(({ id }) => id).filter((id) => !known.has(id));
  for (const [id, entry] of await readByIds(entries, others, signal)) known.set(id, entry);
  const all = [...known.values()].filter((entry) => entry !== null);
  const parents = await readParents(live.memory, entries, all, signal);
  await names.load(live.platform, all, true, signal);
  return { changed: [...known].map(([id, entry]) => ({ id, entry, at })), parents };
}

/** Reads the entries that have changed, and what they show. */
async function readChanged(
  changes: readonly Placed[],
  lives: ReadonlyMap<string, Live>,
  { source, names }: LiveDeps,
  signal: AbortSignal,
): Promise<Map<string, Work>> {
  const wanted = new Map<string, Map<string, LoggedEntry>>();
  for (const change of changes) {
    if (change.kind !== 'entry' || !lives.has(change.feed)) continue;
    const ofFeed = wanted.get(change.feed) ?? new Map<string, LoggedEntry>();
    wanted.set(change.feed, ofFeed);
    ofFeed.delete(change.id);
    ofFeed.set(change.id, { ...change.at, changes: change.changes });
  }
  const entries = await readByIds(
    source.entries,
    [...wanted.values()].flatMap((ids) => [...ids.keys()]),
    signal,
  );
  const work = new Map<string, Work>();
  for (const [slug, ids] of wanted) {
    const live = lives.get(slug);
    if (!live) continue;
    const changed = [...ids].map(([id, at]) => ({ id, entry: entries.get(id) ?? null, at })).filter(({ entry, at }) => isTold(entry, at));
    const some = changed.flatMap(({ entry }) => entry ?? []);
    await names.load(live.platform, some, true, signal);
    work.set(slug, { changed, parents: await readParents(live.memory, source.entries, some, signal) });
  }
  return work;
}
