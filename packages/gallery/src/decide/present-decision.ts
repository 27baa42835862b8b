import type { FaceDecision, PersonStatus } from '../domain.ts';

/**
 * A stored decision as it reads now: meanwhile the person may have been named, ignored or removed. `status`: the person's present
 * status; null if there is no person. Pure.
 */
export function presentDecision(stored: FaceDecision, status: PersonStatus | null): FaceDecision {
  if (status === null) return stored === 'unrecognisable' ? stored : 'uncertain';
  if (stored !== 'match' && stored !== 'unknown') return stored;
  return status === 'unknown' ? 'unknown' : 'match';
}
