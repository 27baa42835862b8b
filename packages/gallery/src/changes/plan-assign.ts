import { AppError } from '@watchpost/shared/errors';
import { chooseReferences, type ReferenceSettings } from '../decide/references.ts';
import type { Head, Sighting, SnapshotSightings } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import { createChange } from './change.ts';
import { resolvePerson, type Plan } from './plan.ts';

/**
 * Somebody says that a face of a snapshot is this person or, with null, not the person it was matched to. The face becomes a
 * reference of the right person and a negative of the wrong one.
 */
export function planAssign(
  mirror: Mirror,
  base: Head,
  { sightings, position, person: reference }: { sightings: SnapshotSightings | null; position: number; person: string | null },
  settings: ReferenceSettings,
): Plan {
  const { snapshotId, face } = findSighting(sightings, position);
  const matched = mirror.person(face.personId ?? '');
  const right = reference === null ? null : resolvePerson(mirror, reference);
  if (!matched && !right) throw new AppError('change-refused', 'the face was not matched to anybody');
  const wrong = matched && matched.id !== right?.id ? matched : null;
  const { modelId, embedding, quality, sizePx } = face;
  const newFace = { modelId, embedding, quality, sizePx, snapshotId };
  const change = createChange(base);
  change.assign({ snapshotId, position }, face.personId, right?.id ?? null);
  const summary: string[] = [];
  if (right) {
    const { add, evict } = chooseReferences(mirror.references(right.id, modelId), { vector: embedding, quality }, settings);
    if (add) change.addFace({ ...newFace, personId: right.id, role: 'reference' });
    if (evict !== null) change.removeFace(evict);
    summary.push(`a face is ${right.name}`);
  }
  if (wrong) {
    change.addFace({ ...newFace, personId: wrong.id, role: 'negative' });
    summary.push(`a face is not ${wrong.name}`);
  }
  return { change, summary: summary.join(', ') };
}

function findSighting(sightings: SnapshotSightings | null, position: number): { snapshotId: string; face: Sighting } {
  const face = sightings?.faces[position];
  if (!sightings || !face) throw new AppError('change-refused', 'the snapshot has no such face, or is too old');
  if (face.embedding.length === 0) throw new AppError('change-refused', 'the face was erased');
  return { snapshotId: sightings.snapshotId, face };
}
