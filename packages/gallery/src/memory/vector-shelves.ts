import type { VectorIndex } from './index/vector-index.ts';

/**
 * The vectors of the faces in memory: an index for each model, length, and whether they are searched. Vectors of another length (a
 * model that was replaced under its name, an edit by hand) are compared with their like only.
 */
export interface VectorShelves {
  /** Adds a face's vector, or moves it in or out of the search. Without an embedding: the one that is there, if any. */
  put(id: string, modelId: string, vector: { searched: boolean; embedding: Float32Array | null }): void;
  remove(id: string): void;
  clear(): void;
  /** As the index stores it; null if there is none. */
  get(id: string): Float32Array | null;
  /** Cosine to the face's vector; null if there is none of this length. */
  similarity(id: string, embedding: Float32Array): number | null;
  /** The nearest of those that are searched, most similar first. */
  search(embedding: Float32Array, modelId: string, count: number): { id: string; similarity: number }[];
}

interface Place {
  shelf: string;
  index: VectorIndex;
  key: number;
  length: number;
}

export function createVectorShelves(createIndex: () => VectorIndex): VectorShelves {
  const shelves = new Map<string, VectorIndex>();
  const places = new Map<string, Place>();
  /** Face by key; keys are never reused. */
  const ids = new Map<number, string>();
  let nextKey = 0;

  const shelfFor = (shelf: string): VectorIndex => {
    const index = shelves.get(shelf) ?? createIndex();
    shelves.set(shelf, index);
    return index;
  };

  const remove = (id: string): void => {
    const place = places.get(id);
    if (!place) return;
    places.delete(id);
    ids.delete(place.key);
    place.index.remove(place.key);
  };

  const get = (id: string): Float32Array | null => {
    const place = places.get(id);
    return place ? place.index.vector(place.key) : null;
  };

  return {
    put: (id, modelId, { searched, embedding }) => {
      const place = places.get(id);
      const length = embedding?.length ?? place?.length;
      if (length === undefined) return;
      const shelf = shelfName(modelId, length, searched);
      if (place?.shelf === shelf) {
        if (embedding) place.index.touch?.(place.key, embedding);
        return;
      }
      const vector = embedding ?? get(id);
      remove(id);
      if (!vector) return;
      const index = shelfFor(shelf);
      const key = nextKey;
      nextKey += 1;
      places.set(id, { shelf, index, key, length });
      ids.set(key, id);
      index.add(key, vector);
    },
    remove,
    clear: () => {
      for (const part of [shelves, places, ids]) part.clear();
    },
    get,
    similarity: (id, embedding) => {
      const place = places.get(id);
      return place ? place.index.similarity(place.key, embedding) : null;
    },
    search: (embedding, modelId, count) =>
      (shelves.get(shelfName(modelId, embedding.length, true))?.search(embedding, count) ?? []).flatMap(({ key, similarity }) => {
        const id = ids.get(key);
        return id === undefined ? [] : [{ id, similarity }];
      }),
  };
}

function shelfName(modelId: string, length: number, searched: boolean): string {
  return `${searched ? 'searched' : 'kept'} ${length} ${modelId}`;
}
