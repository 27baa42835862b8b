export interface Hit {
  /** The key that the vector was added under. */
  key: number;
  /** Cosine, -1..1. */
  similarity: number;
}

/** Vectors of one model, searchable by similarity. Keys are small whole numbers of the caller's. */
export interface VectorIndex {
  readonly size: number;
  add(key: number, vector: Float32Array): void;
  remove(key: number): void;
  /** Of an index that forgets: the vector of a key that was added before, to be had again. */
  renew?(key: number, vector: Float32Array): void;
  /** The `count` nearest, most similar first. */
  search(vector: Float32Array, count: number): Hit[];
  /** The vector as the index has it (rounded, where it stores less than it was given). */
  vector(key: number): Float32Array | null;
}
