import type { Entry } from '@watchpost/feeds/entry';
import type { Feed, FeedSite } from '@watchpost/feeds/feed';
import type { LogPosition } from '@watchpost/feeds/feed-store';
import { type EntryView, viewOf } from '@watchpost/feeds/outputs/view';
import { namesOf } from '@watchpost/feeds/render/names';
import { platformOf } from '@watchpost/shared/chat/chat';
import type { FollowedDatabase } from '@watchpost/shared/documents/follow-database';
import type { Logger } from '@watchpost/shared/observability/logger';
import { raceAbort, within } from '@watchpost/shared/wait';
import type { FeedSource } from '../feed-source.ts';
import type { Gate } from '../gate.ts';
import type { Cursor, LiveFeed, LivePage, PageOptions } from '../live-feed.ts';
import { compareCursors, cursorText, latest } from './cursor.ts';
import { createFeedMemory, type FeedMemory, type Render } from './feed-memory.ts';
import type { KnownNames } from './names.ts';
import { positionText } from './position.ts';
import { readByIds, readOlder, readParents, type ReadOlder } from './read-older.ts';

/** Most entries of a feed in memory, and most changes that readers who come back are told one by one. */
export interface MemoryLimits {
  entries: number;
  changes: number;
}

export interface LiveDeps {
  source: FeedSource;
  /** Says when another history has taken the database's place. */
  followed?: Pick<FollowedDatabase, 'onReplaced'> | undefined;
  names: KnownNames;
  site: () => FeedSite;
  log: Logger;
  now: () => number;
  limits: MemoryLimits;
  /** Through which requests ask the database. */
  gate: Gate;
}

/** The last change of an entry that the log knows, and how many changes of it readers could see by then. */
export interface LoggedEntry extends LogPosition {
  changes: number;
}

/** Whether readers have to hear of it: what was never published is not named, neither when it is gone. */
export const isTold = (entry: Entry | null, { changes }: LoggedEntry): boolean => entry !== null || changes > 0;

/** A feed in memory, and what the process does with it. */
export interface Live extends LiveFeed {
  memory: FeedMemory;
  platform: string;
  /** Takes over other settings. */
  setFeed(feed: Feed, at: LogPosition): void;
  /** When they changed last; null: not since they were read first. */
  settingsAt(): LogPosition | null;
  /** Readers see something else from now on. */
  changed(): void;
}

/** How long a page that memory has a part of waits for the database, milliseconds. */
const longestMs = 1_000;

/** Reads a feed into memory. `history`: the newest change of each entry after `floor`. Rejects with `gallery-unavailable`. */
export async function openLive(
  first: Feed,
  { floor, history }: { floor: LogPosition; history: ReadonlyMap<string, LoggedEntry> },
  deps: LiveDeps,
  signal: AbortSignal,
): Promise<Live> {
  const { source, names, limits, now } = deps;
  const { slug } = first;
  let feed = first;
  const newest = await source.entries.newest(slug, { fromMs: now() - feed.keepMs, limit: limits.entries }, signal);
  const all = [...history];
  const recent = all.slice(-limits.changes);
  const memory = createFeedMemory({
    slug,
    render: renderer(() => feed, deps),
    entriesLimit: limits.entries,
    changesLimit: limits.changes,
    // What is not remembered is before it.
    floor: all.at(-limits.changes - 1)?.[1] ?? floor,
  });
  const known = new Map<string, Entry | null>(newest.map((entry) => [entry.id, entry]));
  const others = recent.flatMap(([id]) => (known.has(id) ? [] : id));
  const far = await readByIds(source.entries, others, signal);
  const entries = [...known.values(), ...far.values()].filter((entry) => entry !== null);
  const parents = await readParents(memory, source.entries, entries, signal);
  await names.load(platformOf(feed.channel), entries, false, signal);
  // Those that this release cannot read are missing among them.
  memory.begin(newest, parents, newest.length > limits.entries / 2);
  memory.doubtUntil({ batch: Number.MAX_SAFE_INTEGER, index: 0 });
  memory.apply(
    recent.map(([id, at]) => ({ id, entry: known.get(id) ?? far.get(id) ?? null, at })).filter(({ entry, at }) => isTold(entry, at)),
    parents,
  );

  let version = 1;
  let changedAtMs = now();
  let settingsAt: LogPosition | null = null;
  return {
    get feed() {
      return feed;
    },
    memory,
    get platform() {
      return platformOf(feed.channel);
    },
    setFeed: (next, at) => {
      feed = next;
      settingsAt = at;
    },
    settingsAt: () => settingsAt,
    changed: () => {
      version += 1;
      changedAtMs = now();
    },
    version: () => version,
    position: () => positionText(memory.position()),
    changedAtMs: () => changedAtMs,
    page: async (options, signal) => {
      const load = async (entries: readonly Entry[], signal: AbortSignal): Promise<void> =>
        names.load(platformOf(feed.channel), entries, false, signal);
      const parts = { memory, load, entries: source.entries, slug, fromMs: now() - feed.keepMs, gate: deps.gate };
      return readPage(parts, options, signal);
    },
  };
}

/** What readers see of an entry. One that cannot be rendered is not shown. */
function renderer(feed: () => Feed, { names, site, log, now }: LiveDeps): Render {
  return (entry, around) => {
    const current = feed();
    const platform = platformOf(current.channel);
    const baseUrl = site().publicUrl ?? '';
    try {
      return viewOf(entry, {
        ...around,
        feed: current,
        baseUrl,
        names: namesOf({
          member: (id) => names.member(platform, id)?.displayName ?? null,
          channel: (id) => names.channel(platform, id),
          emoji: names.emoji(platform),
          pictureUrl: (name) => `${baseUrl}/pictures/${name}`,
          timeZone: current.timeZone,
          language: current.language,
        }),
        profile: (id) => names.member(platform, id),
        nowMs: now(),
      });
    } catch (error) {
      log.error({ err: error, entry: entry.id }, 'an entry cannot be rendered: it is not shown');
      return null;
    }
  };
}

async function readPage(
  { gate, ...parts }: ReadOlder & { gate: Gate },
  { before, since, limit }: PageOptions,
  signal: AbortSignal,
): Promise<LivePage> {
  const { memory } = parts;
  const position = positionText(memory.position());
  const window = memory.slots.window();
  const views = [];
  let last = before;
  for (let at = window.length - 1; at >= 0; at -= 1) {
    const slot = window[at];
    if (!slot || (before && compareCursors(slot.cursor, before) >= 0)) continue;
    if (since && compareCursors(slot.cursor, since) <= 0) return { views, nextBefore: null, position };
    if (slot.view && views.length === limit) return { views, nextBefore: last && cursorText(last), position };
    if (slot.view) views.push(slot.view);
    last = slot.cursor;
  }
  if (!memory.slots.hasOlder()) return { views, nextBefore: null, position };
  // A full page costs no query: whether there is an older one is found out with it.
  if (last && views.length === limit) return { views, nextBefore: cursorText(last), position };
  const from = last ?? latest;
  const reading = gate.pass(() => readOlder(parts, { before: from, since, limit: limit - views.length }, signal));
  const older = await inTime(reading, { from, isAll: views.length === 0 }, signal);
  return { views: [...views, ...older.views], nextBefore: older.nextBefore, position };
}

/** What memory has does not wait long for the rest: without it, the page ends here, and the next one begins with it. `isAll`: memory has nothing of it. */
async function inTime(
  reading: ReturnType<typeof readOlder>,
  { from, isAll }: { from: Cursor; isAll: boolean },
  signal: AbortSignal,
): Promise<{ views: EntryView[]; nextBefore: string | null }> {
  try {
    return await (isAll ? reading : raceAbort(reading, within(signal, longestMs)));
  } catch (error) {
    if (isAll || signal.aborted) throw error;
    return { views: [], nextBefore: cursorText(from) };
  }
}
