import { Buffer } from 'node:buffer';

/** A face in a picture: of one true person, or of somebody who looks like two of them. `serial`: no two pictures have the same. */
export interface Face {
  truths: readonly number[];
  serial: number;
}

/** How many true persons and pictures there are: each has an axis of its own. */
export const truths = 6;
const pictures = 250;
const dimensions = truths + pictures;

/** The part of a face that lies along the axis of its true person: two pictures of one person have a cosine of 0.81, of two persons 0. */
const likeness = 0.9;
/** And of somebody who looks like two persons: the cosine to a picture of either is 0.62, which is neither a match nor a stranger. */
const halfLikeness = 0.69;

/** The embedding of a face. Its cosines to other faces are exact by construction, and no other face has the same. */
export function vectorOf({ truths: shown, serial }: Face): Float32Array {
  const vector = new Float32Array(dimensions);
  const along = shown.length === 1 ? likeness : halfLikeness;
  for (const truth of shown) vector[truth] = along;
  vector[truths + (serial % pictures)] = Math.sqrt(1 - shown.length * along * along);
  return vector;
}

/** What is stored as the face's small picture: no JPEG, but bytes that are found again. */
export function cropOf({ serial }: Face): Buffer {
  return Buffer.from(`<crop of picture ${serial}>`);
}

/** The bytes of an embedding, as both databases hold them. */
export function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}
