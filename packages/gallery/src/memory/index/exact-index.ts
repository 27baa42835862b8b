import type { Hit, VectorIndex } from './vector-index.ts';

/** Compares with every vector. */
export function createExactIndex(): VectorIndex {
  const vectors = new Map<number, Float32Array>();
  return {
    get size() {
      return vectors.size;
    },
    add: (key, vector) => void vectors.set(key, vector),
    remove: (key) => void vectors.delete(key),
    vector: (key) => vectors.get(key) ?? null,
    search: (query, count) => {
      const hits: Hit[] = [];
      for (const [key, vector] of vectors) {
        let similarity = 0;
        for (let at = 0; at < query.length; at += 1) similarity += (query[at] ?? 0) * (vector[at] ?? 0);
        insertHit(hits, { key, similarity }, count);
      }
      return hits;
    },
  };
}

/** Keeps the best `count`, most similar first. */
export function insertHit(hits: Hit[], hit: Hit, count: number): void {
  const last = hits.at(-1);
  if (last && hits.length >= count && hit.similarity <= last.similarity) return;
  let at = hits.length;
  while (at > 0 && (hits[at - 1]?.similarity ?? Infinity) < hit.similarity) at -= 1;
  hits.splice(at, 0, hit);
  if (hits.length > count) hits.pop();
}
