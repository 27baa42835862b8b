import { AppError } from '@watchpost/shared/errors';
import type { Gallery } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { Sync } from '../memory/sync.ts';
import type { SightingStore } from '../store.ts';
import { presentFace } from './present-face.ts';

export interface ExplainDeps {
  mirror: Mirror;
  sync: Sync;
  sightings: SightingStore;
}

/** `Gallery.explain`. */
export function createExplain({ mirror, sync, sightings }: ExplainDeps): Gallery['explain'] {
  const nameOf = (compared: { personId: string } | null | undefined): string | null =>
    (compared && mirror.person(compared.personId)?.name) ?? null;
  return async (snapshotId, signal) => {
    await sync.ready(signal);
    const seen = await sightings.find(snapshotId, signal);
    if (!seen) throw new AppError('change-refused', `no faces of a snapshot "${snapshotId}" are known, or they are too old`);
    return seen.faces.map((face, position) => {
      const { box, similarity, quality, sizePx, saidBy, evidence } = face;
      const names = { best: nameOf(evidence?.best), second: nameOf(evidence?.second) };
      const stored = face.personId === null ? null : mirror.person(face.personId);
      const mayBe = (stored && mirror.mayBe(stored)?.name) ?? null;
      return { position, box, similarity, quality, sizePx, saidBy, evidence, ...presentFace(mirror, face), ...names, mayBe };
    });
  };
}
