/** Numbers from 0 up to 1 that are the same every time for a seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A number from 0 up to 1 that depends on the seed and the words only, not on what was asked before (FNV-1a). */
export function chanceOf(seed: number, ...words: (string | number)[]): number {
  let hash = 0x81_1c_9d_c5;
  for (const char of words.join('|')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01_00_01_93);
  return createRandom(seed ^ hash)();
}

/** One of them. */
export function pick<T>(from: readonly [T, ...T[]], random: () => number): T {
  return from[Math.floor(random() * from.length)] ?? from[0];
}

/** What is chosen with one source of random numbers. */
export interface Choices {
  /** A whole number from 0 up to, but without, `limit`. */
  below: (limit: number) => number;
  pick<T>(from: readonly [T, ...T[]]): T;
}

/** The choices that a seed repeats. */
export function createChoices(seed: number): Choices {
  const random = createRandom(seed);
  return { below: (limit) => Math.floor(random() * limit), pick: (from) => pick(from, random) };
}
