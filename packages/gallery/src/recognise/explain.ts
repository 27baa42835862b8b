import { AppError } from '@watchpost/shared/errors';
import type { Gallery } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { SightingStore } from '../store.ts';
import { sightedFace } from './sighted-face.ts';

export interface ExplainDeps {
  mirror: Mirror;
  sync: Sync;
  sightings: SightingStore;
}

/** `Gallery.explain`. */
export function createExplain({ mirror, sync, sightings }: ExplainDeps): Gallery['explain'] {
  return async (snapshotId, signal) => {
    await sync.ready(signal);
    const seen = await sightings.find(snapshotId, signal);
    if (!seen) throw new AppError('change-refused', `no faces of a snapshot "${snapshotId}" are known, or they are too old`);
    return seen.faces.map((face, position) => sightedFace(mirror, face, position));
  };
}
