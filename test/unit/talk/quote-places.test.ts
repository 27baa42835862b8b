import { quoteId } from '@watchpost/talk/quote';
import { pickEvenly, placeOf, type FindPlaces } from '@watchpost/talk/quote-places';
import { describe, expect, it } from 'vitest';

/** The same row of numbers each time: a linear congruential generator (Numerical Recipes). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

function placed(count: number) {
  const all = Array.from({ length: count }, (_, at) => quoteId(`quote ${at}`))
    .map((id) => ({ id, atMs: placeOf(id) }))
    .toSorted((a, b) => a.atMs - b.atMs);
  const read = { most: 0, queries: 0 };
  const find: FindPlaces = async ({ fromMs = 0, beforeMs = Infinity, limit }) => {
    const found = all.filter(({ atMs }) => atMs >= fromMs && atMs < beforeMs).slice(0, limit);
    read.most = Math.max(read.most, found.length);
    read.queries += 1;
    return found;
  };
  return { all, find, read };
}

describe('picking evenly', () => {
  it('gives each of many the same chance, and never reads more than a few', async () => {
    const { all, find, read } = placed(500);
    const random = numbers(7);
    const counts = new Map<string, number>();
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const id = (await pickEvenly(find, random)) ?? '';
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    // Pearson's chi-squared test with 499 degrees of freedom: above 650 once in a million.
    const expected = draws / all.length;
    const chiSquared = all.reduce((sum, { id }) => sum + ((counts.get(id) ?? 0) - expected) ** 2 / expected, 0);
    expect(chiSquared).toBeLessThan(650);
    expect(read.most).toBeLessThanOrEqual(65);
    expect(read.queries / draws).toBeLessThan(5);
  });

  it.each([0, 1, 64, 65, 66])('works with %i', async (count) => {
    const { all, find } = placed(count);
    const id = await pickEvenly(find);
    expect(all.map((each) => each.id).includes(id ?? '')).toBe(count > 0);
  });
});
