import type { Candidate } from '../decide/decide.ts';
import type { Reference } from '../decide/references.ts';
import { personStatus, type Head, type PersonStatus, type StoredPair, type StoredPerson } from '../domain.ts';
import { nameKey } from '../names.ts';
import type { ChangeBatch } from '../store.ts';
import { withoutPause, type Steps } from './concurrency.ts';
import { createFaceTable, type FaceTable, type IndexedFace } from './face-table.ts';
import type { VectorIndex } from './index/vector-index.ts';
import { createPairTable } from './pair-table.ts';
import { createPersonTable, type PersonTable } from './person-table.ts';

/** The gallery in memory: a copy of the database's persons, faces and pairs, kept current by `Sync`. */
export interface Mirror {
  /** Complete up to here. */
  head: Head;
  /** Applies what was written. Newer versions replace older ones, so batches may repeat or come late. */
  apply(batch: Pick<ChangeBatch, 'persons' | 'faces' | 'pairs'>): void;
  /** Removes what is no longer in the database. */
  remove(kind: 'person' | 'face', id: string): void;
  /** Before everything is read again. */
  clear(): void;
  /** How often it was cleared: what was read from it before and after that does not belong together. */
  clears(): number;
  /** The person, after following merges; null if there is none. */
  person(id: string): StoredPerson | null;
  /** The person itself, merged or not. */
  stored(id: string): StoredPerson | null;
  /** All persons that were not merged into another one. */
  persons(): StoredPerson[];
  /** All persons, merged or not, and all faces. */
  everything(kind: 'person' | 'face'): Iterable<{ id: string; version: number }>;
  /** The persons with this name, else with this alias, else those that were this unknown, or that this unknown became. */
  called(name: string): StoredPerson[];
  /** Named persons that share a name, two or more each. */
  namesakes(): StoredPerson[][];
  /** The ids of everybody whom this text may mean while it is typed, in groups that fit equally, best first; named before unknown. */
  search(text: string): { ids: string[]; status: PersonStatus }[];
  /** The person's own id and those of everybody merged into it. */
  idsOf(personId: string): string[];
  /** The ids of each person, as `idsOf`. */
  idsByPerson(): Map<string, string[]>;
  /** What is said about this person, or anybody merged into it, being the same as another. */
  pairsOf(personId: string): StoredPair[];
  /** Whether two persons, after following merges, are known not to be the same. */
  notSame(one: string, other: string): boolean;
  /** Whom an unknown may be, as that person is now; null where the one is no unknown any more, the other is gone, or they are known not to be the same. */
  mayBe(person: StoredPerson): StoredPerson | null;
  /** The persons of whom it is stored that they may be one of these, merged or not, whether or not it still holds. */
  mayBeOneOf(personIds: readonly string[]): StoredPerson[];
  face(id: string): IndexedFace | null;
  facesOf(personId: string): IndexedFace[];
  /** Faces of any person and role that were learnt from this face of a snapshot. */
  facesFrom(snapshotId: string, position: number): IndexedFace[];
  /** Negatives of others that show this person, or anybody merged into it. */
  facesShowing(personId: string): IndexedFace[];
  /** The face's vector, slightly rounded; null where it is not in memory. */
  vector(faceId: string): Float32Array | null;
  /** A person's references of one model whose vectors are in memory. */
  references(personId: string, modelId: string): Reference[];
  /** What is left of persons who are not there, or who were merged into somebody who is not there. Never searched. */
  orphans(): { personId: string; faceIds: string[] }[];
  /** The persons nearest to a vector, most similar first. `certain`: no rival is missing, however many faces are nearer. */
  candidates(embedding: Float32Array, modelId: string, certain?: RivalRange): Candidate[];
  /** The same for work that can wait, one search a step. */
  candidatesInSteps(embedding: Float32Array, modelId: string, certain: RivalRange): Steps<Candidate[]>;
  /** The highest number of an unknown, also of those who were merged or named since. */
  highestNumber(): number;
  /** Persons that were not merged into another one, and all faces. */
  counts(): { persons: number; faces: number };
  /** How many persons, merged or not, and faces. */
  size(): number;
}

/** Which persons can be rivals of the nearest one. */
export interface RivalRange {
  /** Their cosine is not lower than that of the nearest person by more than this, */
  margin: number;
  /** and at least this. */
  least: number;
  /** So many persons are looked for in any case. */
  persons?: number;
}

/** Enough neighbours to find the second person even when all references of the first are nearer; more, up to `most`, where many are alike. */
const neighbours = { first: 64, widened: 16, most: 1_024 };

/** Of a mirror that has read nothing. */
const noHead: Head = { epoch: '', version: 0, nextNumber: 1, recent: [], nowMs: 0 };

export function createMirror(createIndex: () => VectorIndex): Mirror {
  const persons = createPersonTable((ids) => {
    for (const id of ids) faces.refresh(id);
  });
  const faces: FaceTable = createFaceTable(createIndex, (personId) => persons.follow(personId) !== null);
  const pairs = createPairTable();
  const tables = { person: persons, face: faces };
  let cleared = 0;

  const notSame: Mirror['notSame'] = (one, other) => {
    const [first, second] = [persons.follow(one), persons.follow(other)];
    if (!first || !second || first.id === second.id) return false;
    return pairs.naming(persons.idsOf(first.id)).some(({ personIds }) => personIds.some((id) => persons.follow(id)?.id === second.id));
  };

  const mayBe: Mirror['mayBe'] = (person) => {
    if (person.mayBe === null || person.mergedInto !== null || personStatus(person) !== 'unknown') return null;
    const other = persons.follow(person.mayBe);
    return other && other.id !== person.id && !notSame(person.id, other.id) ? other : null;
  };

  const mirror: Mirror = {
    head: noHead,
    apply: (batch) => {
      for (const person of batch.persons) persons.apply(person);
      for (const face of batch.faces) faces.apply(face);
      for (const pair of batch.pairs) pairs.apply(pair);
    },
    remove: (kind, id) => tables[kind].remove(id),
    clear: () => {
      cleared += 1;
      for (const part of [persons, faces, pairs]) part.clear();
      mirror.head = noHead;
    },
    clears: () => cleared,
    person: (id) => persons.follow(id),
    stored: (id) => persons.get(id),
    persons: () => [...persons.unmerged()],
    everything: (kind) => tables[kind].all(),
    called: (name) => persons.called(name),
    namesakes: () => persons.namesakes(),
    search: (text) => persons.search(text),
    idsOf: (personId) => persons.idsOf(personId),
    idsByPerson: () => new Map([...persons.unmerged()].map(({ id }) => [id, persons.idsOf(id)])),
    pairsOf: (personId) => pairs.naming(persons.idsOf(personId)),
    notSame,
    mayBe,
    mayBeOneOf: (personIds) => persons.mayBeOneOf(personIds),
    face: (id) => faces.get(id),
    facesOf: (personId) => faces.ofPerson(personId),
    facesFrom: (snapshotId, position) => faces.from(snapshotId, position),
    facesShowing: (personId) => persons.idsOf(personId).flatMap((id) => faces.showing(id)),
    vector: (faceId) => faces.vector(faceId),
    references: (personId, modelId) =>
      faces.ofPerson(personId).flatMap((face) => {
        const vector = face.role === 'reference' && face.modelId === modelId ? faces.vector(face.id) : null;
        return vector ? [{ id: face.id, vector, quality: face.quality }] : [];
      }),
    orphans: () => orphansOf(persons, faces),
    candidates: (embedding, modelId, certain) => withoutPause(rankWidely({ persons, faces, mayBe }, { embedding, modelId }, certain)),
    candidatesInSteps: (embedding, modelId, certain) => rankWidely({ persons, faces, mayBe }, { embedding, modelId }, certain),
    counts: () => ({ persons: persons.unmergedCount(), faces: faces.size }),
    size: () => persons.size + faces.size,
    highestNumber: () => persons.highestNumber,
  };
  return mirror;
}

function orphansOf(persons: PersonTable, faces: FaceTable): { personId: string; faceIds: string[] }[] {
  const ids = new Set(persons.lost().map(({ id }) => id));
  for (const id of faces.personIds()) if (!persons.follow(id)) ids.add(id);
  return [...ids].map((personId) => ({ personId, faceIds: faces.ofPerson(personId).map(({ id }) => id) }));
}

interface Ranked {
  persons: PersonTable;
  faces: FaceTable;
  mayBe: Mirror['mayBe'];
}

interface Probe {
  embedding: Float32Array;
  modelId: string;
}

/** Takes more neighbours until the last one is too far away to be a rival's, or there are no more. */
function* rankWidely(tables: Ranked, probe: Probe, range: RivalRange | undefined): Steps<Candidate[]> {
  for (let count = neighbours.first; ; count *= neighbours.widened) {
    const hits = tables.faces.nearest(probe.embedding, probe.modelId, count);
    const candidates = rank(tables, probe, hits);
    const last = hits[count - 1];
    if (!range || !last || count >= neighbours.most) return candidates;
    const best = candidates.find(({ similarity, negative }) => similarity > negative);
    if (candidates.length >= (range.persons ?? 0) && last.similarity < Math.max(range.least, (best?.similarity ?? -1) - range.margin))
      return candidates;
    yield;
  }
}

/** The persons of these faces. */
function rank({ persons, faces, mayBe }: Ranked, { embedding, modelId }: Probe, hits: ReturnType<FaceTable['nearest']>): Candidate[] {
  const found = new Map<string, Candidate>();
  for (const { face, similarity } of hits) {
    const person = persons.follow(face.personId);
    // Hits are sorted by similarity: the first of each person is its nearest.
    if (!person || found.has(person.id)) continue;
    const status = personStatus(person);
    const name = status === 'named' ? nameKey(person.name) : '';
    const negatives = persons.idsOf(person.id).map((id) => faces.negative(id, embedding, modelId));
    const candidate = {
      personId: person.id,
      status,
      name,
      similarity,
      faceId: face.id,
      referenceSizePx: face.sizePx,
      negative: Math.max(...negatives),
      mayBe: mayBe(person)?.id ?? null,
    };
    found.set(person.id, candidate);
  }
  return [...found.values()];
}
