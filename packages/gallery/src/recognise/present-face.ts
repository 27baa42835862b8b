import { presentDecision } from '../decide/present-decision.ts';
import { personStatus, type Sighting } from '../domain.ts';
import type { MatchedFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';

/** The person as it is now, after merges; null if it is gone. */
export function presentPerson(mirror: Pick<Mirror, 'person'>, id: string): MatchedFace['person'] {
  const stored = mirror.person(id);
  return stored && { id: stored.id, status: personStatus(stored), name: stored.name };
}

/** A sighting as it reads now, with the person's present name and status. What a reader said is sure. */
export function presentFace(
  mirror: Pick<Mirror, 'person'>,
  { decision, personId, saidBy }: Pick<Sighting, 'decision' | 'personId' | 'saidBy'>,
): Pick<MatchedFace, 'decision' | 'person'> {
  const person = personId === null ? null : presentPerson(mirror, personId);
  const said = saidBy !== null && person ? 'match' : decision;
  return { decision: presentDecision(said, person?.status ?? null), person };
}
