import { exactSearch, Matches, MetricKind } from 'usearch';
import type { Hit, VectorIndex } from './vector-index.ts';
import { createVectorRows, quantise, type VectorRows } from './vector-rows.ts';

/** How many of the best hits are ranked again in 16 bits: pictures of one person are often nearly equally similar. */
const reranked = 16;

/**
 * Vectors of unit length, all of them compared in 8 bits by usearch's vector instructions; the nearest are ranked again in 16 bits.
 * Needs no building, removes at once, and takes 2.2 kB a face. docs/decisions/0010 says why it is neither a graph nor sketches.
 */
export function createExactIndex(): VectorIndex {
  /** Key by row, and row by key. Rows have no gaps. */
  const keys: number[] = [];
  const rowOf = new Map<number, number>();
  let stored: { length: number; rows: VectorRows } | null = null;

  const rowsFor = ({ length }: Float32Array): VectorRows => {
    stored ??= { length, rows: createVectorRows(length) };
    if (stored.length !== length) throw new RangeError(`a vector of ${length} numbers among vectors of ${stored.length}`);
    return stored.rows;
  };

  const remove = (key: number): void => {
    const row = rowOf.get(key);
    const moved = keys.at(-1);
    if (row === undefined || moved === undefined) return;
    const last = keys.length - 1;
    rowOf.delete(key);
    keys.length = last;
    if (row === last) return;
    // The last row fills the gap.
    keys[row] = moved;
    rowOf.set(moved, row);
    stored?.rows.move(last, row);
  };

  const add = (key: number, vector: Float32Array): void => {
    const rows = rowsFor(vector);
    remove(key);
    const row = keys.length;
    keys.push(key);
    rowOf.set(key, row);
    rows.set(row, vector);
  };

  const search = (vector: Float32Array, count: number): Hit[] => {
    if (!stored || vector.length !== stored.length) return [];
    const { rows } = stored;
    const nearest = nearestRows(rows, keys.length, vector, Math.max(count, reranked));
    const hits = nearest.map(({ row, similarity }, rank) => ({ row, similarity: rank < reranked ? rows.dot(row, vector) : similarity }));
    hits.sort((a, b) => b.similarity - a.similarity);
    return hits.slice(0, count).flatMap(({ row, similarity }) => {
      const key = keys[row];
      return key === undefined ? [] : [{ key, similarity }];
    });
  };

  return {
    add,
    remove,
    search,
    vector: (key) => {
      const row = rowOf.get(key);
      return row === undefined ? null : (stored?.rows.read(row) ?? null);
    },
    similarity: (key, vector) => {
      const row = rowOf.get(key);
      return row === undefined || stored?.length !== vector.length ? null : stored.rows.dot(row, vector);
    },
  };
}

/** The `count` nearest of the first `used` rows, compared in 8 bits, most similar first. */
function nearestRows(rows: VectorRows, used: number, vector: Float32Array, count: number): { row: number; similarity: number }[] {
  const query = new Int8Array(vector.length);
  quantise(vector, query, 0);
  const found = rows.chunks(used).flatMap(({ numbers, firstRow, rows: size }) => {
    const matches = exactSearch(numbers, query, query.length, Math.min(count, size), MetricKind.Cos, 1);
    if (!(matches instanceof Matches)) throw new TypeError('one query has one answer');
    return Array.from(matches.keys, (key, rank) => ({ row: firstRow + Number(key), similarity: 1 - (matches.distances[rank] ?? 1) }));
  });
  return found.sort((a, b) => b.similarity - a.similarity).slice(0, count);
}
