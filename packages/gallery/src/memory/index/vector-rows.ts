/** Whole vectors in rows: each number in 8 bits, which comparisons go over, and in 8 more that say how far off those are. */
export interface VectorRows {
  /** Writes a vector; rows are filled in order. */
  set(row: number, vector: Float32Array): void;
  move(from: number, to: number): void;
  /** The vector as it was, but for rounding. */
  read(row: number): Float32Array;
  /** The dot product with a row, all 16 bits of it. */
  dot(row: number, vector: Float32Array): number;
  /** A row's numbers in 8 bits: where they are, and from which place. */
  at(row: number): { numbers: Int8Array; from: number };
}

/** Rows that are kept in one piece. */
export const chunkRows = 4_096;

/** A rest is half a step at most: 127 of these. */
const restSteps = 254;

interface Chunk {
  numbers: Int8Array;
  /** What rounding to `numbers` took away, in 254ths. */
  rests: Int8Array;
  /** What to multiply a row's numbers by to have the vector back. */
  scales: Float32Array;
}

/** `length`: numbers in a vector. Room grows by doubling up to a whole chunk, then by chunks. */
export function createVectorRows(length: number): VectorRows {
  const chunks: Chunk[] = [];

  const chunkOf = (row: number): Chunk => {
    const index = Math.floor(row / chunkRows);
    const chunk = chunks[index];
    const wanted = (row % chunkRows) + 1;
    if (chunk && chunk.scales.length >= wanted) return chunk;
    const capacity = index === 0 ? Math.min(chunkRows, Math.max(64, 2 * (chunk?.scales.length ?? 0))) : chunkRows;
    const larger = {
      numbers: new Int8Array(capacity * length),
      rests: new Int8Array(capacity * length),
      scales: new Float32Array(capacity),
    };
    if (chunk) {
      larger.numbers.set(chunk.numbers);
      larger.rests.set(chunk.rests);
      larger.scales.set(chunk.scales);
    }
    chunks[index] = larger;
    return larger;
  };
  const at = (row: number) => ({ numbers: chunkOf(row).numbers, from: (row % chunkRows) * length });

  return {
    set: (row, vector) => {
      const { numbers, rests, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      scales[row % chunkRows] = quantise(vector, numbers, from);
      keepRests(vector, numbers, rests, from);
    },
    move: (from, to) => {
      const [source, target] = [chunkOf(from), chunkOf(to)];
      const [sourceAt, targetAt] = [(from % chunkRows) * length, (to % chunkRows) * length];
      target.numbers.set(source.numbers.subarray(sourceAt, sourceAt + length), targetAt);
      target.rests.set(source.rests.subarray(sourceAt, sourceAt + length), targetAt);
      target.scales[to % chunkRows] = source.scales[from % chunkRows] ?? 0;
    },
    read: (row) => {
      const { numbers, rests, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      const scale = scales[row % chunkRows] ?? 0;
      return Float32Array.from({ length }, (_, index) => ((numbers[from + index] ?? 0) + (rests[from + index] ?? 0) / restSteps) * scale);
    },
    dot: (row, vector) => {
      const { numbers, rests, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      let sum = 0;
      for (let index = 0; index < length; index += 1) {
        sum += (vector[index] ?? 0) * ((numbers[from + index] ?? 0) * restSteps + (rests[from + index] ?? 0));
      }
      return (sum * (scales[row % chunkRows] ?? 0)) / restSteps;
    },
    at,
  };
}

/** Writes the vector in 8 bits, its largest number as 127; returns what to multiply by to have it back. */
export function quantise(vector: Float32Array, into: Int8Array, at: number): number {
  const factor = factorOf(vector);
  for (let index = 0; index < vector.length; index += 1) into[at + index] = rounded((vector[index] ?? 0) * factor);
  return factor === 0 ? 0 : 1 / factor;
}

/** Writes what `quantise` rounded away. */
function keepRests(vector: Float32Array, numbers: Int8Array, rests: Int8Array, at: number): void {
  const factor = factorOf(vector);
  for (let index = 0; index < vector.length; index += 1) {
    rests[at + index] = rounded(((vector[index] ?? 0) * factor - (numbers[at + index] ?? 0)) * restSteps);
  }
}

function factorOf(vector: Float32Array): number {
  let largest = 0;
  for (let index = 0; index < vector.length; index += 1) largest = Math.max(largest, Math.abs(vector[index] ?? 0));
  return largest === 0 ? 0 : 127 / largest;
}

/** To the nearest whole number, for values above -1024: adding first makes the cut a floor. Without a branch, several times as fast as Math.round here. */
function rounded(value: number): number {
  return ((value + 1024.5) | 0) - 1024;
}
