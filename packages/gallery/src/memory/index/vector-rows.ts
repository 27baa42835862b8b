/** Vectors in rows: each number in 8 bits, which searches compare, and the residual in 8 more bits. */
export interface VectorRows {
  /** Writes a vector; rows are filled in order. */
  set(row: number, vector: Float32Array): void;
  move(from: number, to: number): void;
  /** The vector, slightly rounded. */
  read(row: number): Float32Array;
  /** The dot product with a row, in 16 bits. */
  dot(row: number, vector: Float32Array): number;
  /** The 8-bit numbers of the first `used` rows, in chunks. Each starts at the start of its buffer, where usearch expects it. */
  chunks(used: number): { numbers: Int8Array; firstRow: number; rows: number }[];
}

/** Rows in one allocation: enough that the call into usearch for each chunk does not count, and growing needs no large copies. */
const chunkRows = 8_192;

/** A residual is at most half a step; it is stored in 254ths of a step, -127..127. */
const residualSteps = 254;

interface Chunk {
  numbers: Int8Array;
  /** What rounding to `numbers` took away, in 254ths. */
  residuals: Int8Array;
  /** What to multiply each row's numbers by to get the vector back. */
  scales: Float32Array;
}

/** `length`: numbers in a vector. The first chunk grows by doubling, later ones are allocated whole. */
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
      residuals: new Int8Array(capacity * length),
      scales: new Float32Array(capacity),
    };
    if (chunk) {
      larger.numbers.set(chunk.numbers);
      larger.residuals.set(chunk.residuals);
      larger.scales.set(chunk.scales);
    }
    chunks[index] = larger;
    return larger;
  };

  return {
    set: (row, vector) => {
      const { numbers, residuals, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      scales[row % chunkRows] = quantise(vector, numbers, from);
      writeResiduals(vector, numbers, residuals, from);
    },
    move: (from, to) => {
      const [source, target] = [chunkOf(from), chunkOf(to)];
      const [sourceAt, targetAt] = [(from % chunkRows) * length, (to % chunkRows) * length];
      target.numbers.set(source.numbers.subarray(sourceAt, sourceAt + length), targetAt);
      target.residuals.set(source.residuals.subarray(sourceAt, sourceAt + length), targetAt);
      target.scales[to % chunkRows] = source.scales[from % chunkRows] ?? 0;
    },
    read: (row) => {
      const { numbers, residuals, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      const scale = scales[row % chunkRows] ?? 0;
      const vector = new Float32Array(length);
      for (let index = 0; index < length; index += 1) {
        vector[index] = ((numbers[from + index] ?? 0) + (residuals[from + index] ?? 0) / residualSteps) * scale;
      }
      return vector;
    },
    dot: (row, vector) => {
      const { numbers, residuals, scales } = chunkOf(row);
      const from = (row % chunkRows) * length;
      let sum = 0;
      for (let index = 0; index < length; index += 1) {
        sum += (vector[index] ?? 0) * ((numbers[from + index] ?? 0) * residualSteps + (residuals[from + index] ?? 0));
      }
      return (sum * (scales[row % chunkRows] ?? 0)) / residualSteps;
    },
    chunks: (used) =>
      chunks.flatMap(({ numbers }, index) => {
        const firstRow = index * chunkRows;
        const rows = Math.min(used - firstRow, chunkRows);
        return rows > 0 ? [{ numbers: numbers.subarray(0, rows * length), firstRow, rows }] : [];
      }),
  };
}

/** Writes the vector in 8 bits, its largest number as 127; returns the factor that undoes the scaling. */
export function quantise(vector: Float32Array, into: Int8Array, at: number): number {
  const factor = factorOf(vector);
  for (let index = 0; index < vector.length; index += 1) into[at + index] = rounded((vector[index] ?? 0) * factor);
  return factor === 0 ? 0 : 1 / factor;
}

/** Writes what `quantise` rounded away. */
function writeResiduals(vector: Float32Array, numbers: Int8Array, residuals: Int8Array, at: number): void {
  const factor = factorOf(vector);
  for (let index = 0; index < vector.length; index += 1) {
    residuals[at + index] = rounded(((vector[index] ?? 0) * factor - (numbers[at + index] ?? 0)) * residualSteps);
  }
}

function factorOf(vector: Float32Array): number {
  let largest = 0;
  for (let index = 0; index < vector.length; index += 1) largest = Math.max(largest, Math.abs(vector[index] ?? 0));
  return largest === 0 ? 0 : 127 / largest;
}

/** To the nearest whole number, for values above -1024: the offset turns truncation into floor. Several times as fast as Math.round here. */
function rounded(value: number): number {
  return ((value + 1024.5) | 0) - 1024;
}
