import { randomUUID } from 'node:crypto';
import {
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type Head,
  type PersonChange,
  type StoredPerson,
  unknownName,
} from '@watchpost/gallery/domain';
import type { Database } from '@watchpost/gallery/stores/database';
import { AppError } from '@watchpost/shared/errors';
import { createSyntheticFaces } from './synthetic-faces.ts';

type GalleryStore = Database['store'];

export interface FillOptions {
  persons: number;
  facesAPerson: number;
  /** The share of persons who are named; the others are unknowns. */
  named: number;
}

const personsACommit = 50;

/** Writes persons with faces into an empty gallery. */
export async function fillGallery(store: GalleryStore, options: FillOptions, signal: AbortSignal): Promise<void> {
  const synthetic = createSyntheticFaces(7);
  let head = await store.head(signal);
  for (let written = 0; written < options.persons;) {
    const count = Math.min(personsACommit, options.persons - written);
    const persons: PersonChange[] = [];
    const faces: FaceChange[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = randomUUID();
      const number = head.nextNumber + index;
      const name = index < count * options.named ? `Person ${number}` : unknownName(number);
      persons.push({ id, isNew: true, set: { ...newPerson(head.nowMs), name, number } });
      const person = synthetic.person();
      for (let face = 0; face < options.facesAPerson; face += 1) faces.push(newFace(id, synthetic.picture(person), head.nowMs));
    }
    head = await commit(store, head, { persons, faces, pairs: [], nextNumber: head.nextNumber + count }, signal);
    written += count;
  }
}

/** Raises the gallery's version to `version` by changes that each name a person, with an audit entry. */
export async function addHistory(store: GalleryStore, personId: string, version: number, signal: AbortSignal): Promise<void> {
  let head = await store.head(signal);
  while (head.version < version) {
    const name = `Version ${head.version + 1}`;
    const audit = auditOf(personId, name, head);
    head = await commit(store, head, { persons: [{ id: personId, isNew: false, set: { name } }], faces: [], pairs: [], audit }, signal);
  }
}

export function newPerson(nowMs: number): Omit<StoredPerson, 'id' | 'version' | 'name'> {
  const blank = { number: null, aliases: [], formerNumbers: [], ignored: false, mergedInto: null, mergedAtMs: null };
  return { ...blank, deleted: false, createdAtMs: nowMs };
}

function newFace(personId: string, embedding: Float32Array, nowMs: number): FaceChange {
  const origin = { snapshotId: null, position: null, shows: null };
  const seen = { modelId: 'bench', role: 'reference' as const, embedding, quality: 0.8, sizePx: 100 };
  return { id: randomUUID(), isNew: true, set: { personId, ...seen, ...origin, createdAtMs: nowMs, deleted: false }, crop: null };
}

function auditOf(personId: string, name: string, { nowMs, version }: Head): AuditEntry {
  return {
    id: randomUUID(),
    action: 'name',
    actor: { id: 'bench' },
    atMs: nowMs,
    personIds: [personId],
    summary: `→ ${name}`,
    inverse: null,
    undone: false,
    undoes: null,
    version: version + 1,
  };
}

async function commit(store: GalleryStore, head: Head, changeset: Changeset, signal: AbortSignal): Promise<Head> {
  const next = await store.commit(head, changeset, randomUUID(), signal);
  if (typeof next === 'string') throw new AppError('internal', `somebody else writes to the benchmark's gallery (${next})`);
  return next;
}
