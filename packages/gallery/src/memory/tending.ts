import { pause } from '@watchpost/shared/wait';
import type { GalleryStore } from '../store.ts';
import { coalesce } from './concurrency.ts';
import type { Mirror } from './mirror.ts';
import type { Reader } from './reader.ts';
import type { SyncDeps, SyncSettings } from './sync.ts';

/** Looks for what was edited, added or removed by hand. */
export interface Tending {
  /** Looks now: the feed has reported an edit. */
  now(): void;
  /** Looks again and again, until the signal aborts. */
  regularly: () => Promise<void>;
}

export interface TendingDeps extends SyncSettings {
  store: GalleryStore;
  mirror: Mirror;
  reader: Pick<Reader, 'ready' | 'isReady' | 'catchUp' | 'census'>;
  adopt: SyncDeps['adopt'];
  /** Whether the feed reports edits. */
  isListening: () => boolean;
  warn: (error: unknown, what: string) => void;
}

/** The longest pause between two looks, however slow they are: without a feed, nothing else finds edits by hand. */
const longestRestMs = 5_000;

/** Rests ten times as long as each look took, so that a large gallery is looked at less often. */
export function createTending(
  { store, mirror, reader, adopt, isListening, warn, pollMs, censusMs }: TendingDeps,
  signal: AbortSignal,
): Tending {
  let restUntilMs = 0;
  let size = 0;
  let more = 0;
  let censusLastMs = performance.now();

  const adoptEdits = async (): Promise<void> => {
    const { persons, faceIds } = await store.edits(signal);
    if (persons.length + faceIds.length > 0) await adopt(signal);
  };

  /**
   * Whether the database holds more than memory by less than it did: what was deleted by a commit is kept there for a while, what was
   * removed by hand is not. Counted only while nobody commits.
   */
  const hasShrunk = async (): Promise<boolean> => {
    const { version } = mirror.head;
    size = await store.sizeHint(signal);
    await reader.catchUp();
    // A store that does not count says 0.
    if (mirror.head.version !== version || (size === 0 && mirror.size() > 0)) return false;
    const before = more;
    more = size - mirror.size();
    return more < before;
  };

  let reported = false;
  const look = coalesce(async () => {
    await pause(Math.max(0, restUntilMs - performance.now()), signal);
    if (!reader.isReady()) return;
    const startMs = performance.now();
    const wasReported = reported;
    reported = false;
    try {
      await adoptEdits();
      if ((await hasShrunk()) || wasReported || startMs - censusLastMs >= censusMs) {
        await reader.census();
        more = size - mirror.size();
        censusLastMs = startMs;
      }
      restUntilMs = performance.now() + Math.min(10 * (performance.now() - startMs), longestRestMs);
    } catch (error) {
      reported ||= wasReported;
      restUntilMs = performance.now() + longestRestMs;
      throw error;
    }
  });
  const tend = async (): Promise<void> => look().catch((error: unknown) => warn(error, 'look for edits by hand'));

  return {
    now: () => {
      reported = true;
      void tend();
    },
    regularly: async () => {
      await reader.ready(signal);
      let lastMs = performance.now();
      for (;;) {
        await pause(pollMs, signal);
        if (isListening() && performance.now() - lastMs < censusMs) continue;
        lastMs = performance.now();
        await tend();
      }
    },
  };
}
