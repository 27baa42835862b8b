/** The bytes of a picture. */
export interface KeptPicture {
  bytes: Uint8Array;
  contentType: string;
}

/** Pictures that were fetched a moment ago: who looks at one mostly looks again, and several look at the newest. */
export interface KeptPictures {
  /** The kept picture, or the one that `fetch` brings: it is asked once for several who want the same. Rejects as `fetch`. */
  get(id: string, fetch: () => Promise<KeptPicture>): Promise<KeptPicture>;
}

/** `keepMs`: how long. `maxBytes`: of all together; the oldest go first. */
export function createKeptPictures({ keepMs, maxBytes, now }: { keepMs: number; maxBytes: number; now: () => number }): KeptPictures {
  const kept = new Map<string, { atMs: number; bytes: number; picture: Promise<KeptPicture> }>();
  const shrink = (): void => {
    let total = [...kept.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    for (const [id, { atMs, bytes }] of kept) {
      if (total <= maxBytes && now() - atMs < keepMs) break;
      kept.delete(id);
      total -= bytes;
    }
  };
  return {
    get: async (id, fetch) => {
      shrink();
      const known = kept.get(id);
      if (known) return known.picture;
      const entry = { atMs: now(), bytes: 0, picture: fetch() };
      kept.set(id, entry);
      try {
        const picture = await entry.picture;
        entry.bytes = picture.bytes.byteLength;
        shrink();
        return picture;
      } catch (error) {
        if (kept.get(id) === entry) kept.delete(id);
        throw error;
      }
    },
  };
}
