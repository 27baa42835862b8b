import { presentDecision } from '../decide/present-decision.ts';
import { personStatus, type Sighting } from '../domain.ts';
import type { MatchedFace } from '../gallery.ts';
import type { Mirror } from '../memory/mirror.ts';

/** A sighting as it reads now, with the person's present name and status. What a reader said is sure. */
export function presentFace(
  mirror: Pick<Mirror, 'person'>,
  { decision, personId, saidBy }: Pick<Sighting, 'decision' | 'personId' | 'saidBy'>,
): Pick<MatchedFace, 'decision' | 'person'> {
  const stored = personId === null ? null : mirror.person(personId);
  const person = stored && { id: stored.id, status: personStatus(stored), name: stored.name };
  const said = saidBy !== null && person ? 'match' : decision;
  return { decision: presentDecision(said, person?.status ?? null), person };
}
