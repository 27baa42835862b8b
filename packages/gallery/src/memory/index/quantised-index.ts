import { nearestRows } from './nearest-rows.ts';
import { createSketchTable, type SketchTable } from './sketch-table.ts';
import type { Hit, VectorIndex } from './vector-index.ts';
import { chunkRows, createVectorRows, quantise, type VectorRows } from './vector-rows.ts';

/** So many of the vectors that are nearest by their sketches are compared in full. */
const shortlist = 160;
/** So many of the nearest are compared once more, to the last bit: pictures of one person are often nearly equally near. */
const rankedExactly = 16;

/**
 * Vectors of unit length, compared in 8 bits by usearch's vector instructions: all of them while they fit one chunk (4,096). Of
 * more, short sketches are compared first, then the nearest of these in full. The nearest of all are then ranked in 16 bits. A graph
 * (HNSW) would answer as fast, but takes minutes to build for 100,000 vectors; this is ready when the last vector is read, forgets at
 * once, and takes 2.2 kB a face.
 */
export function createQuantisedIndex(): VectorIndex {
  /** Which key is in which row, and the other way round. Rows have no gaps. */
  const keys: number[] = [];
  const rowOf = new Map<number, number>();
  let stored: { length: number; rows: VectorRows; sketches: SketchTable; scratch: Int8Array } | null = null;

  const tablesFor = (vector: Float32Array) => {
    const { length } = vector;
    const scratch = new Int8Array(0);
    stored ??= { length, rows: createVectorRows(length), sketches: createSketchTable(length), scratch };
    if (stored.length !== length) throw new RangeError(`a vector of ${length} numbers among vectors of ${stored.length}`);
    return stored;
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
    stored?.sketches.move(last, row);
  };

  const add = (key: number, vector: Float32Array): void => {
    const { rows, sketches } = tablesFor(vector);
    remove(key);
    const row = keys.length;
    keys.push(key);
    rowOf.set(key, row);
    rows.set(row, vector);
    const { numbers, from } = rows.at(row);
    sketches.set(row, numbers, from);
  };

  const search = (vector: Float32Array, count: number): Hit[] => {
    if (!stored || keys.length === 0 || vector.length !== stored.length) return [];
    const { length, rows, sketches } = stored;
    const query = new Int8Array(length);
    quantise(vector, query, 0);
    if (stored.scratch.length === 0) stored.scratch = new Int8Array(4 * shortlist * length);
    const few = keys.length <= chunkRows;
    const candidates = few ? null : sketches.nearest(query, keys.length, shortlist);
    const numbers = candidates ? gather(rows, candidates, length, stored.scratch) : rows.at(0).numbers;
    const hits = nearestRows(numbers, candidates?.length ?? keys.length, query, Math.max(count, rankedExactly)).map((near, rank) => {
      const row = candidates ? (candidates[near.row] ?? near.row) : near.row;
      return { row, similarity: rank < rankedExactly ? rows.dot(row, vector) : near.similarity };
    });
    hits.sort((a, b) => b.similarity - a.similarity);
    return hits.slice(0, count).flatMap(({ row, similarity }) => {
      const key = keys[row];
      return key === undefined ? [] : [{ key, similarity }];
    });
  };

  return {
    get size() {
      return keys.length;
    },
    add,
    remove,
    search,
    vector: (key) => {
      const row = rowOf.get(key);
      return row === undefined ? null : (stored?.rows.read(row) ?? null);
    },
  };
}

/** Scattered rows side by side, in memory that is used again: new memory for each query would cost more than the comparison. */
function gather(rows: VectorRows, wanted: readonly number[], length: number, scratch: Int8Array): Int8Array {
  const gathered = scratch.length >= wanted.length * length ? scratch : new Int8Array(wanted.length * length);
  for (const [index, row] of wanted.entries()) {
    const { numbers, from } = rows.at(row);
    gathered.set(numbers.subarray(from, from + length), index * length);
  }
  return gathered;
}
