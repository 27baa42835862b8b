import type { UnknownGroup } from '../../../src/api/unknowns/schema.ts';
import { changePerson, type Step } from '../people/deeds.ts';
import type { Chosen } from '../people/name-field.tsx';

/** The changes by which those chosen of a group get a name, or become somebody who is there: the one seen most often first. Pure. */
export function namingSteps(persons: readonly { id: string; name: string }[], chosen: Chosen): Step[] {
  const [first, ...others] = persons;
  if (!first) return [];
  if ('person' in chosen) return persons.map(({ id }) => changePerson(id, 'merge', { into: chosen.person.id }));
  return [
    changePerson(first.id, 'name', { to: chosen.name, from: first.name }),
    ...others.map(({ id }) => changePerson(id, 'merge', { into: first.id })),
  ];
}

/** The changes that make one person of a group. Whoever stays is by the gallery's rule; each is the one that it became. Pure. */
export function mergingSteps(persons: readonly { id: string }[]): Step[] {
  const [first, ...others] = persons;
  return first ? others.map(({ id }) => changePerson(id, 'merge', { into: first.id })) : [];
}

/** The changes that say that nobody of a group is anybody else of it; of one alone, that it is not whom it may be. Pure. */
export function distinguishingSteps(persons: UnknownGroup['persons']): Step[] {
  const [only] = persons;
  if (persons.length === 1) return only?.mayBe ? [changePerson(only.id, 'distinguish', { other: only.mayBe.id })] : [];
  return persons.flatMap(({ id }, index) => persons.slice(index + 1).map((other) => changePerson(id, 'distinguish', { other: other.id })));
}
