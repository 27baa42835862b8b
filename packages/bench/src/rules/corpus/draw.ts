/** Draws the same from the same seed. */
export interface Draw {
  /** A whole number below this. */
  below(limit: number): number;
  of<Item>(items: readonly [Item, ...Item[]]): Item;
  /** So many characters of these. */
  characters(count: number, alphabet: string): string;
}

export const upper = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const lower = upper.toLowerCase();
export const decimal = '0123456789';
export const hex = '0123456789abcdef';
export const base32 = `${upper}234567`;
export const base62 = upper + lower + decimal;
export const base64 = `${base62}+/`;
export const urlSafe = `${base62}-_`;

/** Mulberry32. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const below = (limit: number): number => {
    state = (state + 0x6d_2b_79_f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return {
    below,
    of: (items) => items[below(items.length)] ?? items[0],
    characters: (count, alphabet) => Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join(''),
  };
}
