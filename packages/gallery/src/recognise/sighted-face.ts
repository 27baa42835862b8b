import type { Sighting } from '../domain.ts';
import type { SightedFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';
import { presentFace } from './present-face.ts';

/** A face of a recorded snapshot as it reads now. */
export function sightedFace(mirror: Pick<Mirror, 'person' | 'mayBe'>, sighting: Sighting, position: number): SightedFace {
  const nameOf = (compared: { personId: string } | null | undefined): string | null =>
    (compared && mirror.person(compared.personId)?.name) ?? null;
  const { box, similarity, quality, sizePx, saidBy, evidence, personId } = sighting;
  const names = { best: nameOf(evidence?.best), second: nameOf(evidence?.second) };
  const stored = personId === null ? null : mirror.person(personId);
  const mayBe = (stored && mirror.mayBe(stored)?.name) ?? null;
  return { position, box, similarity, quality, sizePx, saidBy, evidence, ...presentFace(mirror, sighting), ...names, mayBe };
}
