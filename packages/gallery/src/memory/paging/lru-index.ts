import type { VectorIndex } from '../index/vector-index.ts';

/**
 * An index of at most `capacity` vectors, for galleries larger than memory: keeps the most recently added or touched ones, and
 * evicts the others until a search in the database brings them back (`touch`). `inner` does the searching.
 */
export function createLruIndex(inner: VectorIndex, capacity: number): VectorIndex {
  /** In the order of their last use, oldest first. */
  const keys = new Set<number>();
  const add = (key: number, vector: Float32Array): void => {
    keys.add(key);
    inner.add(key, vector);
    const [oldest] = keys;
    if (keys.size <= capacity || oldest === undefined) return;
    keys.delete(oldest);
    inner.remove(oldest);
  };
  return {
    add,
    touch: (key, vector) => {
      if (!keys.delete(key)) add(key, vector);
      else keys.add(key);
    },
    remove: (key) => {
      keys.delete(key);
      inner.remove(key);
    },
    search: (vector, count) => inner.search(vector, count),
    vector: (key) => inner.vector(key),
    similarity: (key, vector) => inner.similarity(key, vector),
  };
}
