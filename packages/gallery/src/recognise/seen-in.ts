import { raceAbort } from '@watchpost/shared/wait';
import type { Sighting } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { ComparableFace, GalleryQuestions } from '../questions.ts';
import type { GalleryStore, SightingStore } from '../store.ts';
import { sightedFace } from './sighted-face.ts';

export interface SeenInDeps {
  mirror: Mirror;
  sync: Sync;
  sightings: Pick<SightingStore, 'find' | 'findAll' | 'crop'>;
  store: Pick<GalleryStore, 'crop'>;
}

/** `GalleryQuestions.seenIn`. */
export function createSeenIn({ mirror, sync, sightings }: SeenInDeps): GalleryQuestions['seenIn'] {
  return async (snapshotIds, signal) => {
    await sync.ready(signal);
    if (snapshotIds.length === 0) return new Map();
    const found = await sightings.findAll([...new Set(snapshotIds)], signal);
    // Another process may have met somebody whom this one does not know yet.
    if (found.some(({ faces }) => faces.some((face) => isForgotten(mirror, face)))) await raceAbort(sync.catchUp(), signal);
    return new Map(found.map(({ snapshotId, faces }) => [snapshotId, faces.map((face, position) => comparable(mirror, face, position))]));
  };
}

function comparable(mirror: Mirror, face: Sighting, position: number): ComparableFace {
  const person = face.personId === null ? null : mirror.person(face.personId);
  // Of somebody who was forgotten it is still there for some minutes.
  const embedding = isForgotten(mirror, face) ? new Float32Array(0) : face.embedding;
  return {
    ...sightedFace(mirror, face, position),
    embedding,
    modelId: face.modelId,
    mayBeId: (person && mirror.mayBe(person)?.id) ?? null,
  };
}

function isForgotten(mirror: Mirror, { personId }: Sighting): boolean {
  return personId !== null && !mirror.person(personId);
}

/** `GalleryQuestions.crop`. */
export function createCropOf({ mirror, sync, sightings, store }: SeenInDeps): GalleryQuestions['crop'] {
  return async (snapshotId, position, signal) => {
    await sync.ready(signal);
    const face = (await sightings.find(snapshotId, signal))?.faces[position];
    if (!face || isForgotten(mirror, face)) return null;
    const own = await sightings.crop(snapshotId, position, signal);
    const learnt = mirror.facesFrom(snapshotId, position)[0];
    // Of a face that was sure at once only the reference that it became has its picture.
    return own ?? (learnt ? store.crop(learnt.id, signal) : null);
  };
}
