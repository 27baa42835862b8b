import type { Gallery, SightedFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { SightingStore } from '../store.ts';
import { presentFace, presentPerson } from './present-face.ts';

export interface ExplainDeps {
  mirror: Mirror;
  sync: Sync;
  sightings: SightingStore;
}

/** `Gallery.explain`. */
export function createExplain({ mirror, sync, sightings }: ExplainDeps): Gallery['explain'] {
  const now = (compared: { personId: string } | null | undefined): SightedFace['best'] =>
    compared ? presentPerson(mirror, compared.personId) : null;
  return async (snapshotId, signal) => {
    await sync.ready(signal);
    const seen = await sightings.find(snapshotId, signal);
    return (seen?.faces ?? []).map((face, position) => {
      const { box, similarity, quality, sizePx, saidBy, evidence } = face;
      const compared = { best: now(evidence?.best), second: now(evidence?.second) };
      return { position, box, similarity, quality, sizePx, saidBy, evidence, ...presentFace(mirror, face), ...compared };
    });
  };
}
