import { createKernel, mostGroups, sketchLength, type Kernel } from './sketch-kernel.ts';

/** Sketches of vectors in rows, to find the rows that are worth comparing in full. */
export interface SketchTable {
  /** Writes the sketch of a vector (its numbers in 8 bits, from `at`) into a row; rows are filled in order. */
  set(row: number, numbers: Int8Array, at: number): void;
  move(from: number, to: number): void;
  /** Of the first `rows` rows those whose sketches are most like the vector's: `count` of them or some more. */
  nearest(numbers: Int8Array, rows: number, count: number): number[];
}

/**
 * A sketch of a vector is its numbers, signs shuffled, summed in groups: cosines of sketches are those of the vectors, roughly (a
 * count sketch; with 96 sums the error is about 0.1). `length`: of the vectors.
 */
export function createSketchTable(length: number): SketchTable {
  const { order, signs } = shuffle(length);
  const sums = new Int32Array(sketchLength);
  let kernel = createKernel(1_024);

  /** Writes the sketch; returns what makes it unit length. */
  const sketch = (numbers: Int8Array, at: number, into: Int8Array | Int16Array, intoAt: number): number => {
    let largest = 1;
    for (let slot = 0; slot < sketchLength; slot += 1) {
      let sum = 0;
      for (let index = slot; index < length; index += sketchLength) {
        sum += (signs[index] ?? 0) * (numbers[at + (order[index] ?? 0)] ?? 0);
      }
      sums[slot] = sum;
      largest = Math.max(largest, Math.abs(sum));
    }
    let squares = 0;
    for (let slot = 0; slot < sketchLength; slot += 1) {
      const value = Math.trunc(((sums[slot] ?? 0) * 127) / largest);
      into[intoAt + slot] = value;
      squares += value * value;
    }
    return squares === 0 ? 0 : 1 / Math.sqrt(squares);
  };

  return {
    set: (row, numbers, at) => {
      if (row >= kernel.capacity) kernel = enlarged(kernel);
      kernel.factors[row] = sketch(numbers, at, kernel.sketches, row * sketchLength);
    },
    move: (from, to) => {
      kernel.sketches.copyWithin(to * sketchLength, from * sketchLength, (from + 1) * sketchLength);
      kernel.factors[to] = kernel.factors[from] ?? 0;
    },
    nearest: (numbers, rows, count) => {
      sketch(numbers, 0, kernel.query, 0);
      const groupRows = Math.ceil(rows / mostGroups);
      kernel.scan(rows, groupRows);
      return best(kernel, rows, groupRows, count);
    },
  };
}

function enlarged(kernel: Kernel): Kernel {
  const larger = createKernel(kernel.capacity * 2);
  larger.sketches.set(kernel.sketches);
  larger.factors.set(kernel.factors);
  return larger;
}

/**
 * Rows with the highest scores. Each group of rows is known by its best: the score that `count` groups reach is reached by `count`
 * rows at least, and only groups that reach it need a second look.
 */
function best({ scores, tops }: Kernel, rows: number, groupRows: number, count: number): number[] {
  const groups = Math.ceil(rows / groupRows);
  const ranked = tops.slice(0, groups).sort();
  const cutoff = ranked[groups - count] ?? -Infinity;
  const found: number[] = [];
  for (let group = 0; group < groups; group += 1) {
    if ((tops[group] ?? -Infinity) < cutoff) continue;
    const end = Math.min((group + 1) * groupRows, rows);
    for (let row = group * groupRows; row < end; row += 1) if ((scores[row] ?? -Infinity) >= cutoff) found.push(row);
  }
  return found;
}

/** Any fixed shuffle will do; it only must be the same for all vectors. Xorshift32. */
function shuffle(length: number): { order: Uint32Array; signs: Int8Array } {
  let state = 0x9e3779b9;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let index = length - 1; index > 0; index -= 1) {
    const other = next() % (index + 1);
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  return { order, signs: Int8Array.from({ length }, () => (next() & 1) * 2 - 1) };
}
