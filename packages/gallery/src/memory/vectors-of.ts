import type { Reference } from '../decide/references.ts';
import type { StoredFace } from '../domain.ts';
import type { GalleryStore } from '../store.ts';
import type { Mirror } from './mirror.ts';

/** A person's faces of one model and role, all with their vectors. Rejects with `gallery-unavailable`. */
export type VectorsOf = (personId: string, modelId: string, role: StoredFace['role'], signal: AbortSignal) => Promise<Reference[]>;

/** Takes the vectors from memory, and those that are not there from the database. */
export function createVectorsOf({ mirror, store }: { mirror: Mirror; store: Pick<GalleryStore, 'faces'> }): VectorsOf {
  return async (personId, modelId, role, signal) => {
    const faces = mirror.facesOf(personId).filter((face) => face.role === role && face.modelId === modelId);
    const vectors = new Map(faces.map(({ id }) => [id, mirror.vector(id)]));
    const absent = faces.flatMap(({ id }) => (vectors.get(id) ? [] : [id]));
    const read = absent.length > 0 ? await store.faces({ ids: absent }, { embeddings: true }, signal) : [];
    for (const { id, embedding } of read) if (embedding.length > 0) vectors.set(id, embedding);
    return faces.flatMap(({ id, quality }) => {
      const vector = vectors.get(id);
      return vector ? [{ id, vector, quality }] : [];
    });
  };
}
