import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { dot as cosine } from '@watchpost/shared/vectors';
import { describe, expect, it } from 'vitest';
import { alikeVector, strangerVector } from '../../support/gallery-backends.ts';

/** Unit vectors of cheap random numbers. */
function* strangers(count: number): Generator<Float32Array> {
  let state = 1;
  for (let made = 0; made < count; made += 1) {
    const vector = Float32Array.from({ length: 128 }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 31 - 1;
    });
    const length = Math.hypot(...vector);
    yield vector.map((value) => value / length);
  }
}

describe('the exact index', () => {
  it('answers like comparing the unrounded vectors', () => {
    const vectors = Array.from({ length: 200 }, (_, key) => strangerVector(key));
    const index = createExactIndex();
    for (const [key, vector] of vectors.entries()) index.add(key, vector);
    for (const key of [0, 77, 199]) {
      const query = alikeVector(strangerVector(key), 0.7, 5_000 + key);
      const wanted = vectors.map((vector) => cosine(vector, query)).sort((a, b) => b - a);
      const found = index.search(query, 5);
      expect(found[0]?.key).toBe(key);
      expect(found).toHaveLength(5);
      for (const [rank, hit] of found.entries()) expect(hit.similarity).toBeCloseTo(wanted[rank] ?? NaN, 4);
    }
  });

  it('returns vectors, slightly rounded', () => {
    const index = createExactIndex();
    const vector = strangerVector(1);
    index.add(7, vector);
    expect(cosine(index.vector(7) ?? new Float32Array(1_024), vector)).toBeGreaterThan(0.99999);
    expect(index.vector(8)).toBeNull();
  });

  it('removes vectors and keeps the others', () => {
    const index = createExactIndex();
    for (let key = 0; key < 100; key += 1) index.add(key, strangerVector(key));
    for (let key = 0; key < 100; key += 3) index.remove(key);
    index.remove(1_000);
    expect(index.search(strangerVector(1), 100)).toHaveLength(66);
    for (const key of [1, 50, 98]) expect(index.search(strangerVector(key), 1)).toMatchObject([{ key }]);
    expect(index.search(strangerVector(99), 1)[0]?.key).not.toBe(99);
    for (let key = 0; key < 100; key += 1) index.remove(key);
    expect(index.search(strangerVector(1), 3)).toEqual([]);
  });

  it('finds the nearest in every chunk of its rows', () => {
    const index = createExactIndex();
    const all = [...strangers(20_000)];
    for (const [key, vector] of all.entries()) index.add(key, vector);
    for (const key of [3, 9_999, 19_999]) {
      const vector = all[key] ?? new Float32Array(0);
      const query = vector.map((value, at) => value + ((at % 7) - 3) / 60);
      expect(index.search(query, 1)[0]?.key).toBe(key);
    }
    index.remove(9_999);
    expect(index.search(all[9_999] ?? new Float32Array(0), 1)[0]?.key).not.toBe(9_999);
  });

  it('refuses vectors of another length', () => {
    const index = createExactIndex();
    index.add(1, strangerVector(1));
    expect(() => index.add(2, new Float32Array(3))).toThrow('3 numbers');
    expect(index.search(new Float32Array(3), 1)).toEqual([]);
  });
});
