import { createExactIndex } from '@watchpost/gallery/memory/index/exact-index';
import { percentile, rounded } from '../report/statistics.ts';
import { createSyntheticFaces } from './synthetic-faces.ts';

export interface MatchTimes {
  faces: number;
  p50Ms: number;
  p99Ms: number;
  /** Share of queries whose nearest face is the one that comparing the unrounded vectors finds. */
  recallAt1: number;
  /** Memory of the index; all but the keys is outside of JavaScript's heap. */
  indexBytes: number;
  addSeconds: number;
}

type Index = ReturnType<typeof createExactIndex>;

const facesAPerson = 10;
const neighbours = 64;
const timedQueries = 1_000;
const checkedQueries = 250;

/** For one size of gallery: query times, one query after the other, and how often the nearest face is found. */
export function measureMatch(faces: number): MatchTimes {
  const synthetic = createSyntheticFaces(faces);
  const people = Array.from({ length: Math.ceil(faces / facesAPerson) }, () => synthetic.person());
  const vectors = Array.from({ length: faces }, (_, index) =>
    synthetic.picture(people[Math.floor(index / facesAPerson)] ?? new Float32Array(0)),
  );
  const before = process.memoryUsage();
  const index = createExactIndex();
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

function timeQueries(index: Index, query: () => Float32Array): number[] {
  for (let warm = 0; warm < 50; warm += 1) index.search(query(), neighbours);
  return Array.from({ length: timedQueries }, () => {
    const vector = query();
    const startMs = performance.now();
    index.search(vector, neighbours);
    return performance.now() - startMs;
  });
}

function recall(index: Index, vectors: readonly Float32Array[], query: () => Float32Array): number {
  let found = 0;
  for (let checked = 0; checked < checkedQueries; checked += 1) {
    const vector = query();
    let best = -Infinity;
    for (const other of vectors) best = Math.max(best, cosine(other, vector));
    const nearest = vectors[index.search(vector, neighbours)[0]?.key ?? -1];
    // Of two equally near faces either will do.
    if (nearest && cosine(nearest, vector) >= best - 1e-6) found += 1;
  }
  return found / checkedQueries;
}

/** Of vectors of unit length. */
function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < a.length; at += 1) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
}
