import type { Candidate } from '../decide/decide.ts';
import { createFaceTable, type FaceTable, type IndexedFace } from './face-table.ts';
import type { ChangeBatch, Inventory } from '../store.ts';
import type { VectorIndex } from './index/vector-index.ts';
import { personStatus, type Head, type StoredPerson } from '../domain.ts';
import { nameKey, unknownName } from '../names.ts';
import type { Reference } from '../decide/references.ts';

/** The gallery in memory: a copy of the database's persons and faces, kept current by `Sync`. */
export interface Mirror {
  /** Complete up to here. */
  head: Head;
  /** Applies what was written. Newer versions replace older ones, so batches may repeat or come late. */
  apply(batch: ChangeBatch): void;
  /** Applies edits made by hand. `knownUpTo`: the head's version before the inventory was read. Returns the ids of faces that are missing here. */
  reconcile(inventory: Inventory, knownUpTo: number): string[];
  clear(): void;
  /** The person, after following merges; null if there is none. */
  person(id: string): StoredPerson | null;
  /** The person itself, merged or not. */
  stored(id: string): StoredPerson | null;
  /** All persons that were not merged into another one. */
  persons(): StoredPerson[];
  /** The persons with this name, else with this alias, else those that were this unknown before they were named. */
  called(name: string): StoredPerson[];
  /** The ids of each person: its own, and those of the persons merged into it. */
  idsByPerson(): Map<string, string[]>;
  face(id: string): IndexedFace | null;
  facesOf(personId: string): IndexedFace[];
  /** A person's references of one model. */
  references(personId: string, modelId: string): Reference[];
  /** The persons nearest to a vector, most similar first. `certain`: no rival is missing, however many faces are nearer. */
  candidates(embedding: Float32Array, modelId: string, certain?: RivalRange): Candidate[];
  counts(): { persons: number; faces: number };
}

/** Which persons can be rivals of the nearest one. */
export interface RivalRange {
  /** Their cosine is not lower than that of the nearest person by more than this, */
  margin: number;
  /** and at least this. */
  least: number;
}

/** Enough neighbours to find the second person even when all references of the first are nearer; more, up to `most`, where many are alike. */
const neighbours = { first: 64, widened: 4, most: 1_024 };

/** Follows a person through merges to the one it became. */
type Follow = (id: string) => StoredPerson | null;

export function createMirror(createIndex: () => VectorIndex): Mirror {
  const persons = new Map<string, StoredPerson>();
  const faces = createFaceTable(createIndex);

  const applyPerson = (person: StoredPerson): void => {
    const before = persons.get(person.id);
    if (before && before.version > person.version) return;
    if (person.deleted) persons.delete(person.id);
    else persons.set(person.id, person);
  };

  const follow: Follow = (id) => {
    let person = persons.get(id);
    // Edits by hand can make a cycle of merges.
    for (let steps = 0; person?.mergedInto && steps < 20; steps += 1) person = persons.get(person.mergedInto);
    return person && person.mergedInto === null ? person : null;
  };

  const unmerged = (): StoredPerson[] => [...persons.values()].filter(({ mergedInto }) => mergedInto === null);

  const mirror: Mirror = {
    head: { version: 0, nextNumber: 1 },
    apply: (batch) => {
      for (const person of batch.persons) applyPerson(person);
      for (const face of batch.faces) faces.apply(face);
    },
    reconcile: (inventory, knownUpTo) => {
      const present = new Set(inventory.persons.map(({ id }) => id));
      for (const person of inventory.persons) applyPerson(person);
      for (const person of persons.values()) if (!present.has(person.id) && person.version <= knownUpTo) persons.delete(person.id);
      if (!inventory.faceIds) return [];
      const faceIds = new Set(inventory.faceIds);
      for (const face of faces.all()) if (!faceIds.has(face.id) && face.version <= knownUpTo) faces.remove(face.id);
      return inventory.faceIds.filter((id) => !faces.get(id));
    },
    clear: () => {
      persons.clear();
      faces.clear();
      mirror.head = { version: 0, nextNumber: 1 };
    },
    person: follow,
    stored: (id) => persons.get(id) ?? null,
    persons: unmerged,
    called: (name) => findByName(unmerged(), name),
    idsByPerson: () => groupByPerson(persons.keys(), follow),
    face: (id) => faces.get(id),
    facesOf: (personId) => faces.ofPerson(personId),
    references: (personId, modelId) =>
      faces.ofPerson(personId).flatMap((face) => {
        const vector = face.role === 'reference' && face.modelId === modelId ? faces.vector(face.id) : null;
        return vector ? [{ id: face.id, vector, quality: face.quality }] : [];
      }),
    candidates: (embedding, modelId, certain) => rankWidely((count) => faces.nearest(embedding, modelId, count), follow, certain),
    counts: () => ({ persons: unmerged().length, faces: faces.size }),
  };
  return mirror;
}

type Hits = ReturnType<FaceTable['nearest']>;

/** Takes more neighbours until the last one is too far away to be a rival's, or there are no more. */
function rankWidely(nearest: (count: number) => Hits, follow: Follow, range: RivalRange | undefined): Candidate[] {
  for (let count = neighbours.first; ; count *= neighbours.widened) {
    const hits = nearest(count);
    const candidates = rank(hits, follow);
    const last = hits[count - 1];
    if (!range || !last || count >= neighbours.most) return candidates;
    const best = candidates.find(({ similarity, negative }) => similarity > negative);
    if (last.similarity < Math.max(range.least, (best?.similarity ?? -1) - range.margin)) return candidates;
  }
}

function rank(hits: Hits, follow: Follow): Candidate[] {
  const found = new Map<string, Candidate>();
  const negatives = new Map<string, number>();
  for (const { face, similarity } of hits) {
    const person = follow(face.personId);
    if (!person) continue;
    // Hits are sorted by similarity: the first of each person is its nearest.
    if (face.role === 'negative') {
      if (!negatives.has(person.id)) negatives.set(person.id, similarity);
    } else if (!found.has(person.id)) {
      const status = personStatus(person);
      const name = status === 'named' ? nameKey(person.name) : '';
      found.set(person.id, { personId: person.id, status, name, similarity, faceId: face.id, negative: -1 });
    }
  }
  return [...found.values()].map((candidate) => ({ ...candidate, negative: negatives.get(candidate.personId) ?? -1 }));
}

function groupByPerson(ids: Iterable<string>, follow: Follow): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const person = follow(id);
    if (person) groups.set(person.id, [...(groups.get(person.id) ?? []), id]);
  }
  return groups;
}

function findByName(persons: readonly StoredPerson[], name: string): StoredPerson[] {
  const wanted = nameKey(name);
  const byName = persons.filter((person) => nameKey(person.name) === wanted);
  if (byName.length > 0) return byName;
  const byAlias = persons.filter(({ aliases }) => aliases.some((alias) => nameKey(alias) === wanted));
  if (byAlias.length > 0) return byAlias;
  return persons.filter(({ number }) => number !== null && nameKey(unknownName(number)) === wanted);
}
