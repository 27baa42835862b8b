/** Whole vectors in 8 bits, in rows. */
export interface VectorRows {
  /** Writes a vector; rows are filled in order. */
  set(row: number, vector: Float32Array): void;
  move(from: number, to: number): void;
  /** The vector as it was, but for rounding. */
  read(row: number): Float32Array;
  /** A row's numbers: where they are, and from which place. */
  at(row: number): { numbers: Int8Array; from: number };
}

/** Rows that are kept in one piece. */
export const chunkRows = 4_096;

interface Chunk {
  numbers: Int8Array;
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
    const larger = { numbers: new Int8Array(capacity * length), scales: new Float32Array(capacity) };
    if (chunk) {
      larger.numbers.set(chunk.numbers);
      larger.scales.set(chunk.scales);
    }
    chunks[index] = larger;
    return larger;
  };
  const at = (row: number) => ({ numbers: chunkOf(row).numbers, from: (row % chunkRows) * length });

  return {
    set: (row, vector) => {
      const chunk = chunkOf(row);
      chunk.scales[row % chunkRows] = quantise(vector, chunk.numbers, (row % chunkRows) * length);
    },
    move: (from, to) => {
      const [source, target] = [at(from), at(to)];
      target.numbers.set(source.numbers.subarray(source.from, source.from + length), target.from);
      chunkOf(to).scales[to % chunkRows] = chunkOf(from).scales[from % chunkRows] ?? 0;
    },
    read: (row) => {
      const { numbers, from } = at(row);
      const scale = chunkOf(row).scales[row % chunkRows] ?? 0;
      return Float32Array.from(numbers.subarray(from, from + length), (value) => value * scale);
    },
    at,
  };
}

/** Writes the vector in 8 bits, its largest number as 127; returns what to multiply by to have it back. */
export function quantise(vector: Float32Array, into: Int8Array, at: number): number {
  let largest = 0;
  for (let index = 0; index < vector.length; index += 1) largest = Math.max(largest, Math.abs(vector[index] ?? 0));
  if (largest === 0) return 0;
  const factor = 127 / largest;
  for (let index = 0; index < vector.length; index += 1) into[at + index] = Math.round((vector[index] ?? 0) * factor);
  return 1 / factor;
}
