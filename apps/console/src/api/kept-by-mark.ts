/** However the same a mark is: what is due by time alone leaves none. Milliseconds. */
const mostMs = 60_000;

/** What was made before, as long as its mark is the same, and for a minute at most; else what `make` makes, which is kept. */
export type KeptByMark<T> = (mark: string, make: () => Promise<T>) => Promise<T>;

/** Keeps what costs much to make, and is asked for more often than it changes. */
export function keptByMark<T>(now: () => number = () => performance.now()): KeptByMark<T> {
  let kept: { mark: string; atMs: number; value: T } | null = null;
  return async (mark, make) => {
    if (kept?.mark === mark && now() - kept.atMs < mostMs) return kept.value;
    const atMs = now();
    const value = await make();
    kept = { mark, atMs, value };
    return value;
  };
}
