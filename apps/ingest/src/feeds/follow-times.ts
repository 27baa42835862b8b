import type { Feed, Feeds } from '@watchpost/feeds/feed';
import { untilNoConflict } from '@watchpost/shared/documents/until-no-conflict';
import type { Logger } from '@watchpost/shared/observability/logger';
import { pause, raceAbort } from '@watchpost/shared/wait';
import type { BackgroundDatabase } from '../database.ts';
import { isSame, nextTimes, seenOf, takes, timesOf, timesSchema, type FeedTimes, type Seen, type Times } from './times.ts';

/** What ingest knows of when feeds were open. */
export interface FollowedTimes {
  /** Whether a feed takes what was posted then, milliseconds since 1970. While that is not known: if it is open. */
  takes(feed: Feed, postedAtMs: number): boolean;
  /** Waits until the times of all feeds are known; for ever without a database. */
  ready(signal: AbortSignal): Promise<void>;
  /** Null: not known. */
  of(feed: Feed): FeedTimes | null;
  /** Notes that a feed's channel was read again. Rejects with `gallery-unavailable`. */
  noteReread(feed: Feed, atMs: number, signal: AbortSignal): Promise<void>;
}

export interface FollowTimesDeps {
  feeds: Pick<Feeds, 'all'>;
  database: Pick<BackgroundDatabase, 'isConfigured' | 'opened'>;
  log: Logger;
  now: () => number;
  /** Resolves when it is known which feeds are closed by hand: one of them would else be noted as open for a moment. Default: at once. */
  known?: Promise<void>;
  /** Between two looks at the feeds, milliseconds. */
  everyMs?: number;
}

/** Of the one document with all times; its kind is that of what ingest notes. */
const [kind, id] = ['intake', 'feeds'];
/** What other processes noted is read again so often, milliseconds. */
const freshMs = 60_000;

/** Notes in the database when feeds begin, close and open again, as their file says. `done` resolves after the signal has aborted. */
export function followTimes(
  { feeds, database, log, now, known: closings, everyMs = 1_000 }: FollowTimesDeps,
  stopping: AbortSignal,
): FollowedTimes & { done: Promise<void> } {
  let seen: Seen | null = null;
  let times: Times | null = null;
  let readMs = 0;

  const change = async (how: (before: Times) => Times, signal: AbortSignal): Promise<void> =>
    untilNoConflict(async () => {
      const { documents } = await database.opened(signal);
      const { document } = await documents.get(kind, id, signal);
      const before = timesSchema.safeParse(document?.body).data ?? {};
      const next = how(before);
      if (JSON.stringify(next) !== JSON.stringify(before)) {
        const atMs = now();
        await documents.put({ kind, id, revision: document?.revision ?? 0, atMs, keys: [], expiresAtMs: null, body: next }, signal);
      }
      [times, readMs] = [next, now()];
    }, signal);

  const look = async (): Promise<void> => {
    const after = seenOf(feeds.all());
    const hasNone = after.size === 0 && (seen === null || seen.size === 0);
    if (hasNone || (isSame(seen, after) && now() - readMs < freshMs)) return;
    const before = seen;
    await change((known) => nextTimes(known, before, after, now()), stopping);
    seen = after;
  };
  const run = async (): Promise<never> => {
    await raceAbort(closings ?? Promise.resolve(), stopping);
    for (let isFailing = false; ;) {
      try {
        await look();
        isFailing = false;
      } catch (err) {
        if (stopping.aborted) throw err;
        if (!isFailing) log.info({ err }, 'when feeds began or were closed could not be noted, trying again');
        isFailing = true;
      }
      await pause(everyMs, stopping);
    }
  };

  // Also where the database was set back by its own tools.
  const replaced = database.opened(stopping).then(({ followed }) => followed.onReplaced(() => (readMs = 0)));
  replaced.catch(() => undefined);

  const of = ({ slug, channel }: Feed): FeedTimes | null => {
    const known = times ? timesOf(times, slug) : undefined;
    return known?.channel === channel ? known : null;
  };
  return {
    of,
    takes: (feed, postedAtMs) => {
      const known = of(feed);
      return known ? takes(known, postedAtMs) : feed.isOpen;
    },
    ready: async (signal) => {
      while (!isSame(seen, seenOf(feeds.all())) && feeds.all().length > 0) await pause(everyMs, signal);
    },
    noteReread: async ({ slug, channel }, atMs, signal) =>
      change((before) => {
        const known = timesOf(before, slug);
        return known?.channel === channel ? { ...before, [slug]: { ...known, rereadMs: Math.max(atMs, known.rereadMs ?? 0) } } : before;
      }, signal),
    done: database.isConfigured ? run().catch(() => undefined) : Promise.resolve(),
  };
}
