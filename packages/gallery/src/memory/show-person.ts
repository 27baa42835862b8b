import { personStatus, type LastSeen, type StoredPerson } from '../domain.ts';
import type { Person } from '../gallery.ts';
import type { Mirror } from './mirror.ts';

/** The person as commands and posts show it. */
export function showPerson(mirror: Mirror, stored: StoredPerson, lastSeen: LastSeen | null): Person {
  const mayBe = mirror.mayBe(stored);
  return {
    id: stored.id,
    status: personStatus(stored),
    name: stored.name,
    number: stored.number,
    faces: mirror.facesOf(stored.id).filter(({ role }) => role === 'reference').length,
    lastSeen,
    mayBe: mayBe && { id: mayBe.id, name: mayBe.name },
  };
}

/** The newest of these; null if there is none. */
export function newestOf(all: readonly LastSeen[]): LastSeen | null {
  return all.reduce<LastSeen | null>((newest, each) => (newest && newest.atMs >= each.atMs ? newest : each), null);
}
