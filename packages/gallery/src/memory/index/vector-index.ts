export interface Hit {
  /** The key that the vector was added under. */
  key: number;
  /** Cosine, -1..1. */
  similarity: number;
}

/** A searchable set of vectors of one model. Keys are small whole numbers that the caller chooses. */
export interface VectorIndex {
  add(key: number, vector: Float32Array): void;
  remove(key: number): void;
  /** For an index that evicts: marks a known key as used, and adds its vector again if it was evicted. */
  touch?(key: number, vector: Float32Array): void;
  /** The `count` nearest, most similar first. */
  search(vector: Float32Array, count: number): Hit[];
  /** The stored vector, slightly rounded where the index stores fewer bits; null if the key is not in the index. */
  vector(key: number): Float32Array | null;
  /** Cosine of the stored vector and this one; null if the key is not in the index, or their lengths differ. */
  similarity(key: number, vector: Float32Array): number | null;
}
