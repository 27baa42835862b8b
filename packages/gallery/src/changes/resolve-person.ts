import { AppError } from '@watchpost/shared/errors';
import type { StoredPerson } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';

/** The person with this id, the beginning of an id, or this name. Rejects with `person-not-found`, or `change-refused` if several persons have the name. */
export function resolvePerson(mirror: Mirror, reference: string): StoredPerson {
  const [person, ...others] = allMeant(mirror, reference);
  if (!person) throw notFound(reference);
  if (others.length > 0) throw ambiguous(reference, others.length + 1);
  return person;
}

/**
 * Two different persons. One name may mean both, if exactly two persons have it; and where one of the persons is certain, a name that it
 * shares with one other means the other. Rejects like `resolvePerson`.
 */
export function resolveTwo(mirror: Mirror, from: string, into: string): [StoredPerson, StoredPerson] {
  const all = { from: allMeant(mirror, from), into: allMeant(mirror, into) };
  if (all.from.length === 0) throw notFound(from);
  if (all.into.length === 0) throw notFound(into);
  const [one, other, ...others] = all.from;
  if (one && other && others.length === 0 && isSameTwo(all.from, all.into)) return [one, other];
  const froms = all.into.length === 1 ? without(all.from, all.into) : all.from;
  const intos = all.from.length === 1 ? without(all.into, all.from) : all.into;
  if (froms.length > 1) throw ambiguous(from, froms.length);
  if (intos.length > 1) throw ambiguous(into, intos.length);
  const [absorbed, kept] = [froms[0], intos[0]];
  if (!absorbed || !kept) throw new AppError('change-refused', oneAlready(from, into, all.into[0]));
  return [absorbed, kept];
}

const shortestIdStart = /^[0-9a-f-]{8,36}$/i;

function allMeant(mirror: Mirror, reference: string): StoredPerson[] {
  const byId = mirror.person(reference);
  if (byId) return [byId];
  const byName = mirror.called(reference);
  if (byName.length > 0 || !shortestIdStart.test(reference)) return byName;
  const start = reference.toLowerCase();
  return [...mirror.idsByPerson()].flatMap(([id, ids]) => (ids.some((each) => each.startsWith(start)) ? (mirror.person(id) ?? []) : []));
}

function without(persons: readonly StoredPerson[], [one]: readonly StoredPerson[]): StoredPerson[] {
  return persons.filter(({ id }) => id !== one?.id);
}

function isSameTwo(one: readonly StoredPerson[], other: readonly StoredPerson[]): boolean {
  return other.length === 2 && other.every(({ id }) => one.some((person) => person.id === id));
}

/** Nobody has typed a whole id, and nobody reads it. */
const isWholeId = (reference: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(reference);

function notFound(reference: string): AppError {
  const message = isWholeId(reference) ? 'this person is not known any more: forgotten meanwhile' : `nobody is called "${reference}"`;
  return new AppError('person-not-found', message);
}

function oneAlready(from: string, into: string, person: StoredPerson | undefined): string {
  if (person && (isWholeId(from) || isWholeId(into))) return `these two are one person already: ${person.name}`;
  return `"${from}" and "${into}" are one person`;
}

function ambiguous(reference: string, count: number): AppError {
  return new AppError('change-refused', `${count} persons are called "${reference}": say which one by its id`);
}
