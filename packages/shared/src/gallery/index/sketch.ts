import { quantise } from './quantise.ts';

/** Numbers of a sketch. */
export const sketchLength = 128;

/** Writes the sketch of a vector in 8 bits: its numbers, signs shuffled, summed in groups. Cosines of sketches are those of the vectors, roughly. */
export type Sketcher = (numbers: Int8Array, at: number, into: Int8Array, intoAt: number) => void;

export function createSketcher(length: number): Sketcher {
  // Any fixed shuffle will do; it only must be the same for all vectors of this index.
  const { order, signs } = shuffle(length);
  const sums = new Float32Array(sketchLength);
  return (numbers, at, into, intoAt) => {
    sums.fill(0);
    for (let index = 0; index < length; index += 1) {
      const slot = index % sketchLength;
      sums[slot] = (sums[slot] ?? 0) + (signs[index] ?? 0) * (numbers[at + (order[index] ?? 0)] ?? 0);
    }
    quantise(sums, into, intoAt);
  };
}

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
