import { setMaxListeners } from 'node:events';
import type { Logger } from '@watchpost/shared/observability/logger';
import type { GalleryMetrics } from '../metrics.ts';
import type { GalleryFeed, GalleryStore, Hint } from '../store.ts';
import type { Mirror } from './mirror.ts';
import type { Head } from '../domain.ts';
import { createReader } from './reader.ts';
import { pause } from './wait.ts';

export interface SyncSettings {
  /** How often to ask where the database stands. Milliseconds. */
  pollMs: number;
  /** How often to look for edits by hand: while nothing tells of them, and while the feed does. Milliseconds. */
  censusMs: { poll: number; push: number };
  /** False: without vectors, for surfaces that recognise nobody. `newest`: with the newest only, where the others are asked for one by one. */
  embeddings: boolean | 'newest';
}

export const defaultSyncSettings: SyncSettings = { pollMs: 500, censusMs: { poll: 500, push: 60_000 }, embeddings: true };

/** Keeps the mirror true to the database. */
export interface Sync {
  ready(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /** Reads everything that is new; the mirror is then complete up to the head that it resolves to. */
  catchUp(): Promise<Head>;
  close(): Promise<void>;
}

export interface SyncDeps {
  store: GalleryStore;
  feed: GalleryFeed;
  mirror: Mirror;
  metrics: GalleryMetrics;
  log: Logger;
}

/** How often the ids of all faces are compared too. */
const faceCensusMs = 60_000;
/** And even the slowest census is not put off for longer than this, where nothing else tells of edits by hand. */
const longestRestMs = 5_000;

/**
 * Starts at once. Two ways keep the mirror true, and each alone suffices: the feed tells of changes at once, and a short question
 * every `pollMs` (which version is it?) finds what the feed missed. Edits by hand may carry no version: a census of the persons finds them.
 */
export function createSync({ store, feed, mirror, metrics, log }: SyncDeps, settings: SyncSettings): Sync {
  const stop = new AbortController();
  const { signal } = stop;
  // Every operation under way listens to it.
  setMaxListeners(100, signal);
  const reader = createReader({ store, mirror, metrics, log, embeddings: settings.embeddings }, signal);

  const tryTo = async (what: string, work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error, what }, 'the gallery cannot be read');
      return false;
    }
  };

  const poll = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      failures = (await tryTo('poll', reader.catchUp)) ? 0 : Math.min(failures + 1, 7);
      await pause(settings.pollMs * (1 + failures), signal);
    }
  };

  let listening = false;
  const countHeads = async (): Promise<void> => {
    let [countedAtMs, facesAtMs] = [performance.now(), performance.now()];
    for (let restMs = 0; !signal.aborted;) {
      await pause(Math.max(settings.censusMs.poll, restMs), signal);
      const startMs = performance.now();
      restMs = 0;
      if (signal.aborted || (listening && startMs - countedAtMs < settings.censusMs.push)) continue;
      const faces = startMs - facesAtMs > faceCensusMs;
      if (faces) facesAtMs = startMs;
      if (!(await tryTo('census', () => reader.census(faces)))) continue;
      countedAtMs = performance.now();
      // A large gallery is counted less often: at most a tenth of the time.
      restMs = Math.min(10 * (countedAtMs - startMs), longestRestMs);
    }
  };

  const hear = (hint: Hint): void => {
    void tryTo('catch up', reader.catchUp);
    if (hint === 'edited') void tryTo('census', () => reader.census(true));
  };

  const listen = async (): Promise<void> => {
    const established = (): void => {
      listening = true;
      metrics.feedUp.set(1);
      // Whatever happened before, or while nobody listened.
      hear('edited');
    };
    for (let failures = 0; !signal.aborted; failures += 1) {
      const startMs = performance.now();
      await tryTo('listen', () => feed.watch(hear, established, signal));
      listening = false;
      metrics.feedUp.set(0);
      if (signal.aborted) return;
      metrics.feedBreaks.inc();
      if (performance.now() - startMs > 30_000) failures = 0;
      await pause(Math.min(100 * 2 ** failures, 5_000), signal);
    }
  };

  // By its own clock: a question to a database that hangs is not answered for long.
  const clock = setInterval(() => metrics.lag.set((Date.now() - reader.verifiedAtMs()) / 1_000), 500);
  const loops = Promise.all([poll(), countHeads(), feed.kind === 'push' ? listen() : undefined]);
  return {
    ready: reader.ready,
    isReady: reader.isReady,
    catchUp: reader.catchUp,
    close: async () => {
      stop.abort();
      clearInterval(clock);
      await loops;
    },
  };
}
