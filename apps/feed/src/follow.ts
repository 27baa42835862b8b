import type { LogPosition, LoggedBatch } from '@watchpost/feeds/feed-store';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause } from '@watchpost/shared/wait';
import type { FollowedFeeds, KnownLog } from './live-feeds.ts';
import type { LiveDeps, LoggedEntry } from './memory/live.ts';

/** How this process follows what changes. */
export interface Following {
  /** All before it is in memory. */
  position(): LogPosition;
  /** When the log was read last, milliseconds since 1970; 0: never. */
  readAtMs(): number;
  /** Resolves after the signal has aborted. */
  done: Promise<void>;
}

export interface FollowOptions {
  /** Waits until the database is open. */
  opened: (signal: AbortSignal) => Promise<LiveDeps>;
  lives: FollowedFeeds;
  log: Logger;
  now: () => number;
  /** How many readers are told. */
  readers: () => number;
}

/** Between two looks at the log, milliseconds. With thousands of readers more is told at once: each write costs the same. */
const everyMs = { few: 100, many: 250 };
/** From so many on it takes the longest. */
const manyReaders = 5_000;
/** After a failure, milliseconds. */
const failedMs = 1_000;
/** Between two looks at the feeds' settings and at what has expired, milliseconds. */
const tidyMs = 1_000;
/** Of one query. */
const batchesAtOnce = 200;
/** So many of the log's newest batches are read at the start, for readers who come back. */
const historyBatches = 2_000;
/** After so many looks that found nothing the log may have begun anew: somebody restored a backup. */
const looksUntilDoubt = 100;

const start: LogPosition = { batch: 0, index: 0 };

/** Follows the log in the background. While the database is away readers are served what is known. */
export function follow({ opened, lives, log, now, readers }: FollowOptions, stopping: AbortSignal): Following {
  let position = start;
  let history: KnownLog['history'] = new Map();
  let floor = start;
  let isStarted = false;
  let readAtMs = 0;
  let tidiedAtMs = 0;
  let quietLooks = 0;
  let isFailing = false;
  let isReplaced = false;
  let follows: LiveDeps | null = null;

  const begin = async ({ source: { feedLog } }: LiveDeps): Promise<void> => {
    const known = await readHistory(feedLog, await feedLog.newest(stopping), stopping);
    ({ history, floor, position } = known);
    isStarted = true;
  };
  const tidy = async (deps: LiveDeps): Promise<void> => {
    const sinceMs = now() - tidiedAtMs;
    // Below 0: the clock was set back.
    if (sinceMs >= 0 && sinceMs < tidyMs) return;
    const isFirst = !lives.isComplete();
    await lives.followFile({ floor, position, history }, deps, stopping);
    if (isFirst) lives.doubtUntil(endOf(await deps.source.feedLog.newest(stopping)));
    // Feeds that are added later begin here.
    history = new Map();
    floor = position;
    lives.expire(position, now());
    tidiedAtMs = now();
  };
  /** All that was read is of another history: the numbers of its log say nothing any more. */
  const startAgain = async (deps: LiveDeps): Promise<void> => {
    const lost = position;
    deps.names.clear();
    const known = await readHistory(deps.source.feedLog, await deps.source.feedLog.newest(stopping), stopping);
    await lives.startAgain(known.position, lost, deps, stopping);
    ({ position } = known);
    floor = position;
    history = new Map();
    isReplaced = false;
    isStarted = true;
  };
  const look = async (deps: LiveDeps): Promise<boolean> => {
    if (follows !== deps) deps.followed?.onReplaced(() => (isReplaced = true));
    follows = deps;
    if (isReplaced && isStarted) await startAgain(deps);
    if (!isStarted) await begin(deps);
    await tidy(deps);
    const { feedLog } = deps.source;
    const batches = await feedLog.read(position.batch, batchesAtOnce, stopping);
    const [first] = batches;
    const last = batches.at(-1);
    if (!first || !last) {
      quietLooks += 1;
      if (quietLooks % looksUntilDoubt === 0) await lookAtNewest(deps);
      return false;
    }
    quietLooks = 0;
    const isGap = position.batch > 0 && first.batch !== position.batch + 1;
    await lives.take(batches, deps, stopping);
    position = lastOf(last);
    if (isGap) await lives.readAgain(position, deps, stopping);
    return batches.length === batchesAtOnce;
  };
  const lookAtNewest = async (deps: LiveDeps): Promise<void> => {
    const newest = await deps.source.feedLog.newest(stopping);
    if (newest === 0 || newest >= position.batch) return;
    log.warn({ newest, known: position.batch }, 'the database is older than what was read of it: everything is read again');
    position = endOf(newest);
    await lives.readAgain(position, deps, stopping);
  };

  const run = async (): Promise<void> => {
    while (!stopping.aborted) {
      let waitMs = pauseFor(readers());
      try {
        if (await look(await opened(stopping))) waitMs = 0;
        readAtMs = now();
        if (isFailing) log.info('the feeds are followed again');
        isFailing = false;
      } catch (error) {
        if (stopping.aborted) return;
        if (!isFailing) log.warn({ err: error }, 'the feeds cannot be followed: readers get what is known until the database answers');
        isFailing = true;
        waitMs = failedMs;
      }
      await pause(waitMs, stopping);
    }
  };
  return { position: () => position, readAtMs: () => readAtMs, done: run().catch(() => undefined) };
}

/** How long to wait before the next look at the log. */
export const pauseFor = (readers: number): number =>
  everyMs.few + Math.round((everyMs.many - everyMs.few) * Math.min(readers / manyReaders, 1));

/** The last place of a batch. */
const lastOf = ({ batch, changes }: LoggedBatch): LogPosition => ({ batch, index: Math.max(changes.length - 1, 0) });

/** After all of a batch; no batch has so many changes. */
const endOf = (batch: number): LogPosition => ({ batch, index: 999_999 });

/** What changed last of each entry, as far as the newest batches say. */
async function readHistory(feedLog: LiveDeps['source']['feedLog'], newest: number, signal: AbortSignal): Promise<KnownLog> {
  const history = new Map<string, Map<string, LoggedEntry>>();
  let after = Math.max(newest - historyBatches, 0);
  let floor = newest === 0 ? start : endOf(after);
  let position = { batch: newest, index: 0 };
  for (let isFirst = true; after < newest; isFirst = false) {
    const batches = await feedLog.read(after, batchesAtOnce, signal);
    const [first] = batches;
    if (!first) break;
    if (isFirst) floor = endOf(first.batch - 1);
    for (const { batch, changes } of batches) {
      if (batch > newest) break;
      position = lastOf({ batch, changes });
      for (const [index, change] of changes.entries()) {
        if (change.kind !== 'entry') continue;
        const ofFeed = history.get(change.feed) ?? new Map<string, LoggedEntry>();
        history.set(change.feed, ofFeed);
        ofFeed.delete(change.id);
        ofFeed.set(change.id, { batch, index, changes: change.changes });
      }
    }
    after = batches.at(-1)?.batch ?? newest;
  }
  return { history, floor, position };
}
