import { createQuantisedIndex } from '@watchpost/gallery/memory/index/quantised-index';
import type { VectorIndex } from '@watchpost/gallery/memory/index/vector-index';
import { cosine } from '@watchpost/gallery/decide/references';
import { percentile, rounded } from '../report/statistics.ts';
import { createSyntheticFaces } from './synthetic-faces.ts';

export interface MatchTimes {
  faces: number;
  p50Ms: number;
  p99Ms: number;
  /** Share of queries whose nearest face is the one that exact comparison of the whole vectors finds. */
  recallAt1: number;
  /** What the index holds, all of it outside of JavaScript's heap but the keys. */
  indexBytes: number;
  addSeconds: number;
}

const facesAPerson = 10;
const neighbours = 64;
const timedQueries = 1_000;
const checkedQueries = 250;

/** One size of gallery: times of queries one after the other, and whether the nearest is the nearest. */
export function measureMatch(faces: number): MatchTimes {
  const synthetic = createSyntheticFaces(faces);
  const people = Array.from({ length: Math.ceil(faces / facesAPerson) }, () => synthetic.person());
  const vectors = Array.from({ length: faces }, (_, index) =>
    synthetic.picture(people[Math.floor(index / facesAPerson)] ?? new Float32Array(0)),
  );
  const before = process.memoryUsage();
  const index = createQuantisedIndex();
  const startMs = performance.now();
  for (const [key, vector] of vectors.entries()) index.add(key, vector);
  const addSeconds = (performance.now() - startMs) / 1_000;
  const after = process.memoryUsage();
  const query = (): Float32Array => synthetic.picture(people[synthetic.below(people.length)] ?? new Float32Array(0));
  const times = timeQueries(index, query);
  return {
    faces,
    p50Ms: rounded(percentile(times, 0.5)),
    p99Ms: rounded(percentile(times, 0.99)),
    recallAt1: recall(index, vectors, query),
    indexBytes: after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed),
    addSeconds: rounded(addSeconds),
  };
}

function timeQueries(index: VectorIndex, query: () => Float32Array): number[] {
  for (let warm = 0; warm < 50; warm += 1) index.search(query(), neighbours);
  return Array.from({ length: timedQueries }, () => {
    const vector = query();
    const startMs = performance.now();
    index.search(vector, neighbours);
    return performance.now() - startMs;
  });
}

function recall(index: VectorIndex, vectors: readonly Float32Array[], query: () => Float32Array): number {
  let found = 0;
  for (let checked = 0; checked < checkedQueries; checked += 1) {
    const vector = query();
    let best = -Infinity;
    for (const other of vectors) best = Math.max(best, cosine(other, vector));
    const nearest = vectors[index.search(vector, neighbours)[0]?.key ?? -1];
    // Of two that are equally near either will do.
    if (nearest && cosine(nearest, vector) >= best - 1e-6) found += 1;
  }
  return found / checkedQueries;
}
