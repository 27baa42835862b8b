import type { IndexedFace } from '../memory/face-table.ts';
import type { PlanDeps } from './plan.ts';

/** Faces that leave a person, who got them, or was left with them, at this version. */
export interface Leaving {
  faceIds: readonly string[];
  personId: string;
  since: number;
}

/**
 * What the person learnt since from sightings that leave with these faces: those that were matched by them, or by a reference that was
 * learnt in this way. They leave too; otherwise the person would contest every further picture of whoever has the faces then.
 * What a reader said stays.
 */
export async function learntSince({ mirror, sightings }: PlanDeps, leaving: Leaving, signal: AbortSignal): Promise<IndexedFace[]> {
  const gone = new Set(leaving.faceIds);
  const learnt: IndexedFace[] = [];
  const later = mirror
    .facesOf(leaving.personId)
    .filter(({ id, role, version }) => role === 'reference' && version > leaving.since && !gone.has(id))
    .sort((one, other) => one.createdAtMs - other.createdAtMs || one.version - other.version);
  for (const face of later) {
    if (face.snapshotId === null || face.position === null) continue;
    const sighting = (await sightings.find(face.snapshotId, signal))?.faces[face.position];
    const goes = sighting?.personId === leaving.personId && sighting.saidBy === null && gone.has(sighting.faceId ?? '');
    if (!goes) continue;
    gone.add(face.id);
    learnt.push(face);
  }
  return learnt;
}
