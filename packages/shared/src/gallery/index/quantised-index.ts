import { appendRow, blockRows, emptyBlock, readRow, removeRow, type Block } from './block.ts';
import { nearestRows } from './nearest-rows.ts';
import { quantise } from './quantise.ts';
import { createSketcher, sketchLength, type Sketcher } from './sketch.ts';
import type { Hit, VectorIndex } from './vector-index.ts';

/** Neighbours by sketch that each block proposes, and how many of all of them are then compared in full. */
const proposedPerBlock = 96;
const shortlist = 320;

interface Place {
  block: Block;
  row: number;
}

/**
 * Vectors in 8 bits (a cosine is off by less than 0.001), compared by usearch's vector instructions: all of them while they fit one
 * block. Of more, sketches are compared first, then the nearest of these in full. A graph (HNSW) answers as fast at 100,000
 * vectors, but takes minutes to build there; this is ready when the last vector is read, forgets at once, and takes 1.2 kB a face.
 */
export function createQuantisedIndex(): VectorIndex {
  const blocks: Block[] = [];
  const places = new Map<number, Place>();
  let length = 0;
  let sketch: Sketcher = () => undefined;

  const remove = (key: number): void => {
    const place = places.get(key);
    if (!place) return;
    places.delete(key);
    const moved = removeRow(place.block, place.row, length);
    if (moved !== null) places.set(moved, place);
  };

  const add = (key: number, vector: Float32Array): void => {
    if (length === 0) {
      length = vector.length;
      sketch = createSketcher(length);
    }
    if (vector.length !== length) throw new RangeError(`a vector of ${vector.length} numbers among vectors of ${length}`);
    remove(key);
    let block = blocks.find(({ rows }) => rows < blockRows);
    if (!block) blocks.push((block = emptyBlock()));
    places.set(key, { block, row: appendRow(block, key, vector, sketch) });
  };

  /** The rows that are worth comparing in full, by their sketches. */
  const propose = (query: Int8Array): Place[] => {
    const wanted = new Int8Array(sketchLength);
    sketch(query, 0, wanted, 0);
    return blocks
      .flatMap((block) => nearestRows(block.sketches, block.rows, wanted, proposedPerBlock).map((near) => ({ block, ...near })))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, shortlist);
  };

  const search = (vector: Float32Array, count: number): Hit[] => {
    if (places.size === 0 || vector.length !== length) return [];
    const query = new Int8Array(length);
    quantise(vector, query, 0);
    const [only, ...others] = blocks;
    if (only && others.length === 0) {
      return nearestRows(only.vectors, only.rows, query, count).flatMap(({ row, similarity }) => toHit({ block: only, row }, similarity));
    }
    const rows = propose(query);
    const gathered = new Int8Array(rows.length * length);
    for (const [index, { block, row }] of rows.entries()) {
      gathered.set(block.vectors.subarray(row * length, (row + 1) * length), index * length);
    }
    return nearestRows(gathered, rows.length, query, count).flatMap(({ row, similarity }) => toHit(rows[row], similarity));
  };

  return {
    get size() {
      return places.size;
    },
    add,
    remove,
    search,
    vector: (key) => {
      const place = places.get(key);
      return place ? readRow(place.block, place.row, length) : null;
    },
  };
}

function toHit(place: Place | undefined, similarity: number): Hit[] {
  const key = place?.block.keys[place.row];
  return key === undefined ? [] : [{ key, similarity }];
}
