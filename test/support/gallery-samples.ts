import { randomUUID } from 'node:crypto';
import {
  pairId,
  type AuditEntry,
  type Changeset,
  type FaceChange,
  type Head,
  type PersonChange,
  type Sighting,
  type SnapshotSightings,
  type StoredFace,
  type StoredPair,
  type StoredPerson,
} from '@watchpost/gallery/domain';
import { strangerVector } from './gallery-backends.ts';

/** What stores keep, with some values that `over` changes. */
export const newPerson = (id: string, over: Partial<PersonChange['set']> = {}): PersonChange => ({
  id,
  isNew: true,
  set: {
    name: `Name of ${id}`,
    number: null,
    aliases: [],
    ignored: false,
    mergedInto: null,
    mergedAtMs: null,
    formerNumbers: [],
    mayBe: null,
    deleted: false,
    createdAtMs: 1_000,
    ...over,
  },
});
/** What a mirror holds. */
export const storedPerson = (id: string, over: Partial<StoredPerson> = {}): StoredPerson => ({
  id,
  name: id,
  number: null,
  aliases: [],
  ignored: false,
  mergedInto: null,
  mergedAtMs: null,
  formerNumbers: [],
  mayBe: null,
  deleted: false,
  createdAtMs: 0,
  version: 1,
  ...over,
});
export const storedFace = (id: string, personId: string, over: Partial<StoredFace> = {}): StoredFace => ({
  id,
  personId,
  modelId: 'test-model',
  role: 'reference',
  embedding: strangerVector(id.length),
  quality: 0.5,
  sizePx: 90,
  snapshotId: null,
  position: null,
  shows: null,
  createdAtMs: 0,
  deleted: false,
  version: 1,
  ...over,
});
export const storedPair = (one: string, other: string, over: Partial<StoredPair> = {}): StoredPair => ({
  id: pairId(one, other),
  personIds: [one, other],
  deleted: false,
  version: 1,
  ...over,
});
export const head = (over: Partial<Head> = {}): Head => ({ epoch: 'e', version: 1, nextNumber: 1, recent: [], nowMs: 1_000, ...over });
export const newFace = (
  id: string,
  personId: string,
  crop: Uint8Array | null = null,
  over: Partial<Omit<StoredFace, 'id' | 'version'>> = {},
): FaceChange => ({
  id,
  isNew: true,
  set: {
    personId,
    modelId: 'test-model',
    role: 'reference',
    embedding: strangerVector(id.length),
    quality: 0.5,
    sizePx: 90.5,
    snapshotId: null,
    position: null,
    shows: null,
    createdAtMs: 2_000,
    deleted: false,
    ...over,
  },
  crop,
});
export const changeset = (over: Partial<Changeset> = {}): Changeset => ({ persons: [], faces: [], pairs: [], ...over });
export const audit = (over: Partial<AuditEntry> = {}): AuditEntry => ({
  id: randomUUID(),
  action: 'name',
  actor: { id: 'cli' },
  atMs: 5_000,
  personIds: ['p1'],
  summary: 'Unknown 1 → Ada',
  inverse: { persons: [{ id: 'p1', isNew: false, set: { name: 'Unknown 1' } }], faces: [], pairs: [], moveSightings: [], assignments: [] },
  undone: false,
  undoes: null,
  version: 0,
  ...over,
});
export const sightedFace = (over: Partial<Sighting> = {}): Sighting => ({
  box: { x: 1.5, y: 2, width: 3, height: 4 },
  decision: 'match',
  personId: 'p1',
  similarity: 0.75,
  faceId: 'f1',
  modelId: 'test-model',
  quality: 0.5,
  sizePx: 90,
  saidBy: null,
  evidence: null,
  embedding: strangerVector(7),
  ...over,
});
export const snapshot = (over: Partial<SnapshotSightings> = {}): SnapshotSightings => ({
  snapshotId: randomUUID(),
  channel: 'slack:C1',
  camera: 'Gate',
  takenAtMs: 1_000,
  faces: [sightedFace()],
  ...over,
});
