import { setMaxListeners } from 'node:events';
import type { Logger } from '@watchpost/shared/observability/logger';
import { backoffMs, retry } from '@watchpost/shared/retry';
import { pause } from '@watchpost/shared/wait';
import type { Head } from '../domain.ts';
import type { GalleryMetrics } from '../metrics.ts';
import type { ChangeEvent, GalleryFeed, GalleryStore } from '../store.ts';
import type { Mirror } from './mirror.ts';
import { createReader, type ReaderDeps } from './reader.ts';

export interface SyncSettings {
  /** How often to ask for the database's version. Milliseconds. */
  pollMs: number;
  /** How often to look for edits made by hand: where the feed does not report them (`poll`), and where it does (`push`). Milliseconds. */
  reconcileMs: { poll: number; push: number };
}

export const defaultSyncSettings: SyncSettings = { pollMs: 500, reconcileMs: { poll: 500, push: 60_000 } };

/** Keeps the mirror equal to the database. */
export interface Sync {
  /** Starts reading. Until then `ready` waits, and the mirror is empty. */
  start(): void;
  ready(signal: AbortSignal): Promise<void>;
  isReady(): boolean;
  /** Reads everything that is new; the mirror is then complete up to the head that this resolves to. */
  catchUp(): Promise<Head>;
  close(): Promise<void>;
}

export interface SyncDeps extends SyncSettings {
  store: GalleryStore;
  feed: GalleryFeed;
  mirror: Mirror;
  metrics: GalleryMetrics;
  log: Logger;
  embeddings: ReaderDeps['embeddings'];
}

/** How often the ids of all faces are compared too. */
const reconcileFacesMs = 60_000;
/** The longest pause between two reconciliations, however slow they are: without a feed, nothing else detects edits by hand. */
const longestRestMs = 5_000;
/** After a feed has worked for this long, its next failure counts as the first. */
const stableFeedMs = 30_000;
const feedBackoff = { firstMs: 100, maxMs: 5_000 };

/**
 * Two mechanisms keep the mirror current, and each suffices alone: the feed reports changes at once, and a poll of the database's
 * version finds what the feed missed. Edits by hand may leave the version as it is: reconciliation finds them.
 */
export function createSync({ pollMs, reconcileMs, feed, ...deps }: SyncDeps): Sync {
  const { metrics, log } = deps;
  const stop = new AbortController();
  const { signal } = stop;
  // Every running operation listens to it.
  setMaxListeners(100, signal);
  const reader = createReader(deps, signal);
  const warn = (error: unknown, what: string): void => {
    if (!signal.aborted) log.warn({ err: error, what }, 'reading the gallery failed, retrying');
  };

  const poll = async (): Promise<void> => {
    const backoff = { firstMs: 2 * pollMs, maxMs: 8 * pollMs };
    for (;;) {
      await retry(reader.catchUp, { backoff, onRetry: (error) => warn(error, 'poll') }, signal);
      await pause(pollMs, signal);
    }
  };

  let listening = false;
  const reconcileRegularly = async (): Promise<void> => {
    let [lastMs, facesLastMs] = [performance.now(), performance.now()];
    for (let restMs = 0; ;) {
      await pause(Math.max(reconcileMs.poll, restMs), signal);
      const startMs = performance.now();
      restMs = 0;
      if (listening && startMs - lastMs < reconcileMs.push) continue;
      const faces = startMs - facesLastMs > reconcileFacesMs;
      if (faces) facesLastMs = startMs;
      try {
        await reader.reconcile(faces);
        lastMs = performance.now();
        // A large gallery is reconciled less often: this takes a tenth of the time at most.
        restMs = Math.min(10 * (lastMs - startMs), longestRestMs);
      } catch (error) {
        warn(error, 'reconcile');
      }
    }
  };

  const onChange = (event: ChangeEvent): void => {
    reader.catchUp().catch((error: unknown) => warn(error, 'catch up'));
    if (event === 'edited') reader.reconcile(true).catch((error: unknown) => warn(error, 'reconcile'));
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
      loops = Promise.all([poll, reconcileRegularly, ...(feed.kind === 'push' ? [listen] : [])].map(untilStopped));
    },
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
