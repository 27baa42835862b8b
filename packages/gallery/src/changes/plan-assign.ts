import { randomUUID } from 'node:crypto';
import { AppError } from '@watchpost/shared/errors';
import type { Sighting, SnapshotSightings } from '../store.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { FaceChange, StoredPerson } from '../domain.ts';
import { chooseReferences, type ReferenceSettings } from '../decide/references.ts';
import { whom, type Plan } from './plan.ts';

/**
 * A reader said who a face of a snapshot is (`reference`), or that it is not who it was taken for (null). The face becomes a
 * reference of the one, and is remembered as not being the other.
 */
export function planAssign(
  mirror: Mirror,
  sightings: SnapshotSightings | null,
  position: number,
  reference: string | null,
  settings: ReferenceSettings,
): Plan {
  const { snapshotId, face } = sightedFace(sightings, position);
  const taken = face.personId === null ? null : mirror.person(face.personId);
  const right = reference === null ? null : whom(mirror, reference);
  if (!taken && !right) throw new AppError('change-refused', 'the face was not taken for anybody');
  const wrong = taken && taken.id !== right?.id ? taken : null;
  const { faces, back } = lesson(mirror, snapshotId, face, { right, wrong }, settings);
  return {
    changeset: { persons: [], faces, assignments: [{ snapshotId, position, personId: right?.id ?? null }] },
    inverse: { persons: [], faces: back, moveSightings: [], assignments: [{ snapshotId, position, personId: face.personId }] },
    personIds: [right, wrong].flatMap((person) => person?.id ?? []),
    summary: [right && `a face is ${right.name}`, wrong && `a face is not ${wrong.name}`].filter(Boolean).join(', '),
  };
}

function sightedFace(sightings: SnapshotSightings | null, position: number): { snapshotId: string; face: Sighting } {
  const face = sightings?.faces[position];
  if (!sightings || !face) throw new AppError('change-refused', 'the snapshot has no such face, or is too old');
  if (face.embedding.length === 0) throw new AppError('change-refused', 'the face was erased');
  return { snapshotId: sightings.snapshotId, face };
}

/** The faces that are learned, and what takes them back. */
function lesson(
  mirror: Mirror,
  snapshotId: string,
  face: Sighting,
  { right, wrong }: { right: StoredPerson | null; wrong: StoredPerson | null },
  settings: ReferenceSettings,
): { faces: FaceChange[]; back: FaceChange[] } {
  const faces: FaceChange[] = [];
  const back: FaceChange[] = [];
  const add = (person: StoredPerson, role: 'reference' | 'negative'): void => {
    const id = randomUUID();
    faces.push(newFace(id, face, person.id, role, snapshotId));
    back.push({ id, isNew: false, set: { deleted: true } });
  };
  const existing = right ? mirror.references(right.id, face.modelId) : [];
  const choice = chooseReferences(existing, { id: '', vector: face.embedding, quality: face.quality }, settings);
  if (right && choice.add) {
    add(right, 'reference');
    if (choice.evict !== null) {
      faces.push({ id: choice.evict, isNew: false, set: { deleted: true } });
      back.push({ id: choice.evict, isNew: false, set: { deleted: false } });
    }
  }
  if (wrong) add(wrong, 'negative');
  return { faces, back };
}

function newFace(id: string, face: Sighting, personId: string, role: 'reference' | 'negative', snapshotId: string): FaceChange {
  const { modelId, embedding, quality, sizePx } = face;
  const set = { personId, modelId, role, embedding, quality, sizePx, snapshotId, createdAtMs: Date.now(), deleted: false };
  return { id, isNew: true, set, crop: null };
}
