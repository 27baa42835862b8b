import type { StoredFace } from '../domain.ts';
import type { VectorIndex } from './index/vector-index.ts';
import { createKeyedSets } from './keyed-sets.ts';
import { createTombstones } from './tombstones.ts';
import { createVectorShelves } from './vector-shelves.ts';

/** A face in memory; its vector is in an index. */
export type IndexedFace = Omit<StoredFace, 'embedding' | 'deleted'>;

/** The faces in memory. Only the references of living persons are searched. */
export interface FaceTable {
  readonly size: number;
  /** Adds or updates a face; a newer version replaces an older one. */
  apply(face: StoredFace): void;
  /** Removes a face that is no longer in the database. It returns if it is read again. */
  remove(id: string): void;
  clear(): void;
  get(id: string): IndexedFace | null;
  all(): IterableIterator<IndexedFace>;
  ofPerson(personId: string): IndexedFace[];
  personIds(): IterableIterator<string>;
  /** Learnt from this face of a snapshot. */
  from(snapshotId: string, position: number): IndexedFace[];
  /** Negatives that are said to show this person. */
  showing(personId: string): IndexedFace[];
  /** The face's vector as the index stores it; null if it has none. */
  vector(id: string): Float32Array | null;
  /** The nearest references of one model, most similar first. */
  nearest(embedding: Float32Array, modelId: string, count: number): { face: IndexedFace; similarity: number }[];
  /** Cosine to the nearest of a person's negatives; -1 if it has none. */
  negative(personId: string, embedding: Float32Array, modelId: string): number;
  /** To be called when a person came or went: its references enter the search or leave it. */
  refresh(personId: string): void;
}

/** `isLiving`: whether there is such a person, or one that it became. Faces of others wait outside the search. */
export function createFaceTable(createIndex: () => VectorIndex, isLiving: (personId: string) => boolean): FaceTable {
  const faces = new Map<string, IndexedFace>();
  const byPerson = createKeyedSets<string, string>();
  const negatives = createKeyedSets<string, string>();
  const bySnapshot = createKeyedSets<string, string>();
  const showing = createKeyedSets<string, string>();
  const gone = createTombstones();
  const vectors = createVectorShelves(createIndex);

  const index = (face: IndexedFace, step: 'add' | 'remove'): void => {
    byPerson[step](face.personId, face.id);
    if (face.role === 'negative') negatives[step](face.personId, face.id);
    if (face.snapshotId !== null) bySnapshot[step](face.snapshotId, face.id);
    if (face.shows !== null) showing[step](face.shows, face.id);
  };
  const shelve = (face: IndexedFace, embedding: Float32Array | null): void =>
    vectors.put(face.id, face.modelId, { searched: face.role === 'reference' && isLiving(face.personId), embedding });

  const remove = (id: string): void => {
    const face = faces.get(id);
    if (!face) return;
    faces.delete(id);
    index(face, 'remove');
    vectors.remove(id);
  };

  const put = (stored: StoredFace): void => {
    const { embedding, id, personId, modelId, role, quality, sizePx, snapshotId, position, shows, createdAtMs, version } = stored;
    const face = { id, personId, modelId, role, quality, sizePx, snapshotId, position, shows, createdAtMs, version };
    const before = faces.get(face.id);
    if (before) index(before, 'remove');
    faces.set(face.id, face);
    index(face, 'add');
    shelve(face, embedding.length > 0 ? embedding : null);
  };

  const listed = (ids: Iterable<string>): IndexedFace[] => [...ids].flatMap((id) => faces.get(id) ?? []);

  return {
    get size() {
      return faces.size;
    },
    apply: (face) => {
      if (gone.isGone(face.id, face.version)) return;
      const before = faces.get(face.id);
      if (before && before.version > face.version) return;
      if (face.deleted) {
        gone.bury(face.id, face.version);
        remove(face.id);
      } else put(face);
    },
    remove,
    clear: () => {
      for (const part of [faces, byPerson, negatives, bySnapshot, showing, gone, vectors]) part.clear();
    },
    get: (id) => faces.get(id) ?? null,
    all: () => faces.values(),
    ofPerson: (personId) => listed(byPerson.get(personId)),
    personIds: () => byPerson.keys(),
    from: (snapshotId, position) => listed(bySnapshot.get(snapshotId)).filter((face) => face.position === position),
    showing: (personId) => listed(showing.get(personId)),
    vector: (id) => vectors.get(id),
    nearest: (embedding, modelId, count) =>
      vectors.search(embedding, modelId, count).flatMap(({ id, similarity }) => {
        const face = faces.get(id);
        return face ? [{ face, similarity }] : [];
      }),
    negative: (personId, embedding, modelId) => {
      let nearest = -1;
      for (const id of negatives.get(personId)) {
        if (faces.get(id)?.modelId === modelId) nearest = Math.max(nearest, vectors.similarity(id, embedding) ?? -1);
      }
      return nearest;
    },
    refresh: (personId) => {
      for (const face of listed(byPerson.get(personId))) shelve(face, null);
    },
  };
}
