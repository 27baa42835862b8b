import type { KeptPictures } from '@watchpost/feeds/feed-store';
import { createGate } from '../gate.ts';

type Picture = Awaited<ReturnType<KeptPictures['get']>>;

/** Pictures that many readers load at the same time. */
export interface PictureCache {
  /** Null: there is none. Rejects with `gallery-unavailable`. */
  get(name: string, signal: AbortSignal): Promise<Picture>;
}

/** In memory, bytes. */
const mostBytes = 33_554_432;
/** Read at the same time: each may have megabytes. */
const atATime = 8;
const mostWaiting = 1_000;
/** One that was removed is served for so long. Milliseconds. */
const keepMs = 5_000;

export function createPictureCache(load: KeptPictures['get'], now: () => number): PictureCache {
  const gate = createGate(atATime, mostWaiting);
  const kept = new Map<string, { picture: Promise<Picture>; atMs: number; bytes: number }>();
  let total = 0;
  const forget = (name: string): void => {
    total -= kept.get(name)?.bytes ?? 0;
    kept.delete(name);
  };
  /** A time that is still to come is of a clock that was set back. */
  const isRecent = (atMs: number): boolean => now() >= atMs && now() - atMs < keepMs;
  return {
    get: async (name, signal) => {
      const known = kept.get(name);
      if (known && isRecent(known.atMs)) return known.picture;
      forget(name);
      const picture = gate.pass(() => load(name, signal));
      const made = { picture, atMs: now(), bytes: 0 };
      kept.set(name, made);
      try {
        const found = await picture;
        if (kept.get(name) !== made) return found;
        made.bytes = found?.bytes.length ?? 100;
        total += made.bytes;
        for (const [oldest, { atMs }] of kept) {
          if (total <= mostBytes && isRecent(atMs)) break;
          if (oldest !== name) forget(oldest);
        }
        return found;
      } catch (error) {
        if (kept.get(name) === made) forget(name);
        throw error;
      }
    },
  };
}
