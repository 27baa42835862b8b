import { setMaxListeners } from 'node:events';
import { toAppError } from '@watchpost/shared/errors';
import type { Logger } from '@watchpost/shared/observability/logger';
import { backoffMs, retry } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';
import type { Head } from '../domain.ts';
import type { GalleryMetrics } from '../metrics.ts';
import type { ChangeEvent, GalleryFeed, GalleryStore } from '../store.ts';
import type { Mirror } from './mirror.ts';
import { createReader, type ReaderDeps, type ReadFailure } from './reader.ts';
import { createTending } from './tending.ts';

export interface SyncSettings {
  /** How often to ask for the database's version and, where the feed does not report them, for edits made by hand. Milliseconds. */
  pollMs: number;
  /** How often to look for edits made by hand whatever the feed says, and to compare all ids. Milliseconds. */
  censusMs: number;
}

export const defaultSyncSettings: SyncSettings = { pollMs: 500, censusMs: 60_000 };

/** Keeps the mirror equal to the database. */
export interface Sync {
  /** Starts reading. Until then `ready` waits, and the mirror is empty. */
  start(): void;
  ready(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /** Why the database cannot be read; null if it can. `database-newer`: a newer release keeps the gallery. */
  failure(): ReadFailure | null;
  /** Reads everything that is new; the mirror is then complete up to the head that this resolves to. */
  catchUp(): Promise<Head>;
  /** Everything is to be read again: what was read may be of another history. Until then nothing is recognised. */
  doubt(why: string): void;
  close(): Promise<void>;
}

export interface SyncDeps extends SyncSettings {
  store: GalleryStore;
  feed: GalleryFeed;
  mirror: Mirror;
  metrics: GalleryMetrics;
  log: Logger;
  embeddings: ReaderDeps['embeddings'];
  /** Adopts what was edited by hand. All processes try; that another one was first is no error. */
  adopt: (signal: AbortSignal) => Promise<void>;
}

/** After a feed has worked for this long, its next failure counts as the first. */
const stableFeedMs = 30_000;
const feedBackoff = { firstMs: 100, maxMs: 5_000 };
/** How often the log says that a newer release keeps the gallery. */
const newerLogMs = 60_000;

/**
 * Two mechanisms keep the mirror current, and each suffices alone: the feed reports changes at once, and a poll of the database's
 * version finds what the feed missed. Edits by hand leave the version as it is: tending.ts finds them.
 */
export function createSync({ pollMs, censusMs, feed, adopt, ...deps }: SyncDeps): Sync {
  const { metrics, log } = deps;
  const stop = new AbortController();
  const { signal } = stop;
  // Every running operation listens to it.
  setMaxListeners(100, signal);
  const reader = createReader(deps, signal);
  let newerLoggedMs = -Infinity;
  const warn = (error: unknown, what: string): void => {
    if (signal.aborted) return;
    if (toAppError(error).code !== 'database-newer') {
      log.warn({ err: error, what }, 'reading the gallery failed, retrying');
    } else if (performance.now() - newerLoggedMs > newerLogMs) {
      newerLoggedMs = performance.now();
      log.error({ err: error }, 'a newer release keeps the database: jobs wait until this process is updated');
    }
  };
  let listening = false;
  const tending = createTending({ ...deps, reader, adopt, isListening: () => listening, warn, pollMs, censusMs }, signal);

  const poll = async (): Promise<void> => {
    const backoff = { firstMs: 2 * pollMs, maxMs: 8 * pollMs };
    for (;;) {
      await retry(reader.catchUp, { backoff, onRetry: (error) => warn(error, 'poll') }, signal);
      await pause(pollMs, signal);
    }
  };

  const onChange = (event: ChangeEvent): void => {
    reader.catchUp().catch((error: unknown) => warn(error, 'catch up'));
    if (event === 'edited') tending.now();
  };
  const onEstablished = (): void => {
    listening = true;
    metrics.feedUp.set(1);
    // Anything may have happened while nobody listened.
    onChange('edited');
  };
  const listen = async (): Promise<void> => {
    for (let failures = 1; ; failures += 1) {
      const startMs = performance.now();
      await feed.watch(onChange, onEstablished, signal).catch((error: unknown) => warn(error, 'listen'));
      listening = false;
      metrics.feedUp.set(0);
      if (signal.aborted) return;
      metrics.feedBreaks.inc();
      if (performance.now() - startMs > stableFeedMs) failures = 1;
      await pause(backoffMs(failures, feedBackoff), signal);
    }
  };

  const untilStopped = async (loop: () => Promise<void>): Promise<void> => {
    await loop().catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  };
  let clock: NodeJS.Timeout | undefined;
  let loops: Promise<unknown> = Promise.resolve();
  return {
    start: () => {
      if (clock || signal.aborted) return;
      // On its own timer, because a hung database may not answer for a long time.
      clock = setInterval(() => metrics.lag.set((Date.now() - reader.verifiedAtMs()) / 1_000), 500);
      loops = Promise.all([poll, tending.regularly, ...(feed.kind === 'push' ? [listen] : [])].map(untilStopped));
    },
    ready: reader.ready,
    isReady: reader.isReady,
    failure: reader.failure,
    catchUp: reader.catchUp,
    doubt: (why) => {
      reader.doubt(why);
      reader.catchUp().catch((error: unknown) => warn(error, 'catch up'));
    },
    close: async () => {
      stop.abort();
      clearInterval(clock);
      await loops;
    },
  };
}
