import { personStatus, type StoredPerson } from '@watchpost/gallery/domain';
import type { GalleryParts } from '@watchpost/gallery/open-gallery';
import type { PersonRow } from '../api/people/schema.ts';
import { tallyOf, type PartlyTallied, type Tallied } from './tally.ts';

type Mirror = GalleryParts['mirror'];

/** A person as lists show it. */
export function personRow(mirror: Mirror, person: StoredPerson, tallied: Pick<Tallied, 'counts' | 'lastSeen'>): PersonRow {
  const mayBe = mirror.mayBe(person);
  const { sightings, last } = tallyOf(tallied, mirror.idsOf(person.id));
  const references = mirror.facesOf(person.id).filter(({ role }) => role === 'reference');
  return {
    id: person.id,
    status: personStatus(person),
    name: person.name,
    number: person.number,
    aliases: person.aliases,
    face: bestFace(mirror, person.id),
    faces: references.length,
    sightings,
    lastSeen: last,
    mayBe: mayBe && { id: mayBe.id, name: mayBe.name, face: bestFace(mirror, mayBe.id) },
  };
}

/** Faces of so many pixels or more are shown equally well. */
const enoughPx = 90;

/** The reference that shows the person best; null without any. */
export function bestFace(mirror: Mirror, personId: string): string | null {
  let best: { id: string; worth: number } | null = null;
  for (const { id, role, quality, sizePx } of mirror.facesOf(personId)) {
    const worth = quality * Math.min(1, sizePx / enoughPx);
    if (role === 'reference' && (!best || worth > best.worth)) best = { id, worth };
  }
  return best?.id ?? null;
}

/** Of these persons: with what the database says now of when each was last seen, and how often where not everybody is counted yet. */
export async function tallyNow(
  { mirror, database }: Pick<GalleryParts, 'mirror' | 'database'>,
  persons: readonly StoredPerson[],
  { counts: counted }: Pick<PartlyTallied, 'counts'>,
  signal: AbortSignal,
): Promise<Pick<Tallied, 'counts' | 'lastSeen'>> {
  const ids = persons.flatMap(({ id }) => mirror.idsOf(id));
  if (ids.length === 0) return { counts: new Map(), lastSeen: new Map() };
  const [lastSeen, counts] = await Promise.all([
    database.sightings.lastSeen(ids, signal),
    counted ?? database.overview.counts(ids, signal),
  ]);
  return { lastSeen, counts };
}
