import { raceAbort, throwIfAborted } from '@watchpost/shared/wait';

/** The bytes of a picture. */
export interface KeptPicture {
  bytes: Uint8Array;
  contentType: string;
}

/** Pictures that were fetched a moment ago: who looks at one mostly looks again, and several look at the newest. */
export interface KeptPictures {
  /**
   * The kept picture, or the one that `fetch` brings: it is asked once for several who want the same, and told when all of them have left.
   * Rejects as `fetch`, and with `aborted`.
   */
  get(id: string, fetch: (allLeft: AbortSignal) => Promise<KeptPicture>, signal: AbortSignal): Promise<KeptPicture>;
}

interface Entry {
  atMs: number;
  bytes: number;
  picture: Promise<KeptPicture>;
  /** How many wait for it. */
  readers: number;
  allLeft: AbortController;
}

/** `keepMs`: how long. `maxBytes`: of all together; the oldest go first. */
export function createKeptPictures({ keepMs, maxBytes, now }: { keepMs: number; maxBytes: number; now: () => number }): KeptPictures {
  const kept = new Map<string, Entry>();
  const shrink = (): void => {
    let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [id, { atMs, bytes }] of kept) {
      if (total <= maxBytes && now() - atMs < keepMs) break;
      kept.delete(id);
      total -= bytes;
    }
  };
  const begin = (id: string, fetch: (allLeft: AbortSignal) => Promise<KeptPicture>): Entry => {
    const allLeft = new AbortController();
    const entry: Entry = { atMs: now(), bytes: 0, picture: fetch(allLeft.signal), readers: 0, allLeft };
    kept.set(id, entry);
    entry.picture.then(
      ({ bytes }) => {
        entry.bytes = bytes.byteLength;
        shrink();
      },
      () => {
        if (kept.get(id) === entry) kept.delete(id);
      },
    );
    return entry;
  };
  return {
    get: async (id, fetch, signal) => {
      throwIfAborted(signal);
      shrink();
      const entry = kept.get(id) ?? begin(id, fetch);
      entry.readers += 1;
      try {
        return await raceAbort(entry.picture, signal);
      } finally {
        entry.readers -= 1;
        if (entry.readers === 0) entry.allLeft.abort();
      }
    },
  };
}
