import { createRandom } from '../prove/random.ts';
const dimensions = 1_024;

/** The shares of a face common to all faces, to the person, and to the picture: strangers have a cosine near 0.3, pictures of one person near 0.85. */
const shares = { all: 0.3, person: 0.55, picture: 0.15 };

/** Random faces with the cosines of real ones; the same seed gives the same faces. */
export interface SyntheticFaces {
  person(): Float32Array;
  /** A picture of this person: unit length. */
  picture(person: Float32Array): Float32Array;
  /** A whole number below `limit`. */
  below(limit: number): number;
}

export function createSyntheticFaces(seed: number): SyntheticFaces {
  const random = createRandom(seed);
  const normals = Float32Array.from({ length: 65_536 }, () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()));
  const normal = (): number => normals[Math.floor(random() * normals.length)] ?? 0;
  const common = Float32Array.from({ length: dimensions }, normal);
  const mixed = (base: Float32Array | null, from: Float32Array, share: number): Float32Array =>
    Float32Array.from(from, (value, index) => (base?.[index] ?? 0) + Math.sqrt(share) * value);
  return {
    person: () =>
      mixed(
        mixed(null, common, shares.all),
        Float32Array.from({ length: dimensions }, () => normal()),
        shares.person,
      ),
    picture: (person) =>
      unit(
        mixed(
          person,
          Float32Array.from({ length: dimensions }, () => normal()),
          shares.picture,
        ),
      ),
    below: (limit) => Math.floor(random() * limit),
  };
}

function unit(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const factor = 1 / Math.sqrt(squares);
  return vector.map((value) => value * factor);
}
