import type { Hit, VectorIndex } from './index/vector-index.ts';
import type { StoredFace } from '../domain.ts';

/** A face in memory; its vector is in the index. */
export type IndexedFace = Omit<StoredFace, 'embedding' | 'deleted'>;

/** The faces in memory, with an index of the vectors of each model. */
export interface FaceTable {
  readonly size: number;
  /** Adds or updates a face; a newer version replaces an older one. */
  apply(face: StoredFace): void;
  remove(id: string): void;
  clear(): void;
  get(id: string): IndexedFace | null;
  all(): IterableIterator<IndexedFace>;
  ofPerson(personId: string): IndexedFace[];
  /** The face's vector as the index stores it; null if it has none. */
  vector(id: string): Float32Array | null;
  /** The nearest faces of one model, most similar first. */
  nearest(embedding: Float32Array, modelId: string, count: number): { face: IndexedFace; similarity: number }[];
}

interface ModelIndex {
  index: VectorIndex;
  /** Face by key; keys are never reused. */
  ids: Map<number, string>;
  keys: Map<string, number>;
  nextKey: number;
}

export function createFaceTable(createIndex: () => VectorIndex): FaceTable {
  const faces = new Map<string, IndexedFace>();
  const byPerson = new Map<string, Set<string>>();
  const models = new Map<string, ModelIndex>();

  const modelOf = (modelId: string): ModelIndex => {
    const known = models.get(modelId);
    if (known) return known;
    const fresh: ModelIndex = { index: createIndex(), ids: new Map(), keys: new Map(), nextKey: 0 };
    models.set(modelId, fresh);
    return fresh;
  };

  const leavePerson = ({ id, personId }: IndexedFace): void => {
    const siblings = byPerson.get(personId);
    siblings?.delete(id);
    if (siblings?.size === 0) byPerson.delete(personId);
  };

  const remove = (id: string): void => {
    const face = faces.get(id);
    if (!face) return;
    faces.delete(id);
    leavePerson(face);
    const model = modelOf(face.modelId);
    const key = model.keys.get(id);
    if (key === undefined) return;
    model.keys.delete(id);
    model.ids.delete(key);
    model.index.remove(key);
  };

  const put = (stored: StoredFace): void => {
    const { id, personId, modelId, role, quality, sizePx, snapshotId, createdAtMs, version } = stored;
    const before = faces.get(id);
    if (before) leavePerson(before);
    faces.set(id, { id, personId, modelId, role, quality, sizePx, snapshotId, createdAtMs, version });
    byPerson.set(personId, (byPerson.get(personId) ?? new Set()).add(id));
    const model = modelOf(modelId);
    if (stored.embedding.length === 0) return;
    const known = model.keys.get(id);
    if (known !== undefined) {
      model.index.touch?.(known, stored.embedding);
      return;
    }
    model.keys.set(id, model.nextKey);
    model.ids.set(model.nextKey, id);
    model.index.add(model.nextKey, stored.embedding);
    model.nextKey += 1;
  };

  const toFace = ({ ids }: ModelIndex, { key, similarity }: Hit) => {
    const id = ids.get(key);
    const face = id === undefined ? undefined : faces.get(id);
    return face ? [{ face, similarity }] : [];
  };

  return {
    get size() {
      return faces.size;
    },
    apply: (face) => {
      const before = faces.get(face.id);
      if (before && before.version > face.version) return;
      if (face.deleted) remove(face.id);
      else put(face);
    },
    remove,
    clear: () => {
      for (const map of [faces, byPerson, models]) map.clear();
    },
    get: (id) => faces.get(id) ?? null,
    all: () => faces.values(),
    ofPerson: (personId) => [...(byPerson.get(personId) ?? [])].flatMap((id) => faces.get(id) ?? []),
    vector: (id) => {
      const face = faces.get(id);
      const model = face && models.get(face.modelId);
      const key = model?.keys.get(id);
      return key === undefined ? null : (model?.index.vector(key) ?? null);
    },
    nearest: (embedding, modelId, count) => {
      const model = models.get(modelId);
      return model ? model.index.search(embedding, count).flatMap((hit) => toFace(model, hit)) : [];
    },
  };
}
