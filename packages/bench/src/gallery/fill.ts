import { randomUUID } from 'node:crypto';
import type { AuditEntry, Changeset, FaceChange, Head, PersonChange, Sighting, StoredPerson } from '@watchpost/gallery/domain';
import { unknownName } from '@watchpost/gallery/names';
import type { Database } from '@watchpost/gallery/stores/database';
import { AppError } from '@watchpost/shared/errors';
import { createSyntheticFaces } from './synthetic-faces.ts';

type GalleryStore = Database['store'];

export interface FillOptions {
  persons: number;
  facesAPerson: number;
  /** The share of persons who are named; the others are unknowns. */
  named: number;
  /** Of the first persons. */
  names?: readonly string[];
}

const personsACommit = 50;

/** Adds persons with faces to a gallery that nobody uses. Resolves to their ids. */
export async function fillGallery(store: GalleryStore, options: FillOptions, signal: AbortSignal): Promise<string[]> {
  const ids: string[] = [];
  let head = await store.head(signal);
  // Other strangers at each call.
  const synthetic = createSyntheticFaces(7 + head.version);
  for (let written = 0; written < options.persons;) {
    const count = Math.min(personsACommit, options.persons - written);
    const persons: PersonChange[] = [];
    const faces: FaceChange[] = [];
    for (let index = 0; index < count; index += 1) {
      const id = randomUUID();
      const number = head.nextNumber + index;
      const name = options.names?.[ids.length] ?? (index < count * options.named ? `Person ${number}` : unknownName(number));
      persons.push({ id, isNew: true, set: { ...newPerson(head.nowMs), name, number } });
      ids.push(id);
      const person = synthetic.person();
      for (let face = 0; face < options.facesAPerson; face += 1) faces.push(newFace(id, synthetic.picture(person), head.nowMs));
    }
    head = await commit(store, head, { persons, faces, pairs: [], nextNumber: head.nextNumber + count }, signal);
    written += count;
  }
  return ids;
}

/** Adds a person without faces, with an audit entry. Resolves to the version. */
export async function commitName(store: GalleryStore, signal: AbortSignal): Promise<number> {
  const head = await store.head(signal);
  const id = randomUUID();
  const name = `Version ${head.version + 1}`;
  const persons: PersonChange[] = [{ id, isNew: true, set: { ...newPerson(head.nowMs), name } }];
  const { version } = await commit(store, head, { persons, faces: [], pairs: [], audit: auditOf(id, name, head) }, signal);
  return version;
}

/** Records snapshots, each of which shows one of these persons in turn, a second apart and the newest now. */
export async function recordSightings(
  store: Database['sightings'],
  personIds: readonly string[],
  count: number,
  signal: AbortSignal,
): Promise<void> {
  const synthetic = createSyntheticFaces(11);
  const embedding = synthetic.picture(synthetic.person());
  const atOnce = 8;
  for (let from = 0; from < count; from += atOnce) {
    const indexes = Array.from({ length: Math.min(atOnce, count - from) }, (_, index) => from + index);
    await Promise.all(
      indexes.map((index) => {
        const face = sightedFace(personIds[index % personIds.length] ?? null, embedding);
        const takenAtMs = Date.now() - (count - index) * 1_000;
        const snapshot = { snapshotId: `bench-${index}`, channel: 'slack:C1', camera: 'Gate', takenAtMs, faces: [face] };
        return store.record(snapshot, [], signal);
      }),
    );
  }
}

function sightedFace(personId: string | null, embedding: Float32Array): Sighting {
  const decided = { decision: 'match' as const, personId, similarity: 0.7, faceId: null, saidBy: null, evidence: null };
  return { ...decided, box: { x: 0, y: 0, width: 100, height: 100 }, modelId: 'bench', quality: 0.8, sizePx: 100, embedding };
}

export function newPerson(nowMs: number): Omit<StoredPerson, 'id' | 'version' | 'name'> {
  const blank = { number: null, aliases: [], formerNumbers: [], ignored: false, mergedInto: null, mergedAtMs: null, mayBe: null };
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
