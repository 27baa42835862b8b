import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { createLruIndex } from '@watchpost/gallery/memory/paging/lru-index';
import { describe, expect, it } from 'vitest';

const unit = (angle: number): Float32Array => Float32Array.of(Math.cos(angle), Math.sin(angle));

describe('createLruIndex', () => {
  it('evicts the least recently added or touched vector', () => {
    const index = createLruIndex(createExactIndex(), 3);
    for (const key of [1, 2, 3]) index.add(key, unit(key / 10));
    index.touch?.(1, unit(0.1));
    index.add(4, unit(0.4));
    expect([1, 2, 3, 4].map((key) => index.vector(key) !== null)).toEqual([true, false, true, true]);
    expect(new Set(index.search(unit(0.2), 9).map(({ key }) => key))).toEqual(new Set([1, 3, 4]));
  });

  it('adds an evicted vector again', () => {
    const index = createLruIndex(createExactIndex(), 2);
    for (const key of [1, 2, 3]) index.add(key, unit(key / 10));
    index.touch?.(1, unit(0.1));
    expect(index.search(unit(0.1), 1)[0]).toMatchObject({ key: 1, similarity: expect.closeTo(1, 4) });
    expect(index.vector(2)).toBeNull();
  });

  it('removes for good', () => {
    const index = createLruIndex(createExactIndex(), 2);
    index.add(1, unit(0.1));
    index.remove(1);
    index.add(2, unit(0.2));
    index.add(3, unit(0.3));
    expect([1, 2, 3].map((key) => index.vector(key) !== null)).toEqual([false, true, true]);
  });
});
