import { AppError } from '@watchpost/shared/errors';
import { personStatus, type Head } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import { createChange } from './change.ts';
import { withCounterparts } from './counterparts.ts';
import type { Plan } from './plan.ts';
import { resolvePerson } from './resolve-person.ts';

/**
 * Somebody removes a reference that is blurred or shows somebody else, or a negative. Whatever it was matched to stays matched. A person
 * with a name may be left without a face, as one who was imported; an unknown is nothing but faces.
 */
export function planRemoveFace(mirror: Mirror, base: Head, { person: reference, faceId }: { person: string; faceId: string }): Plan {
  const person = resolvePerson(mirror, reference);
  const faces = mirror.idsOf(person.id).flatMap((id) => mirror.facesOf(id));
  const face = faces.find(({ id }) => id === faceId);
  if (!face) throw new AppError('change-refused', `${person.name} has no such face`);
  const same = faces.filter(({ role }) => role === face.role);
  const leaving = withCounterparts(same, new Set([faceId]));
  const isLast = face.role === 'reference' && leaving.length === same.length;
  if (isLast && personStatus({ ...person, ignored: false }) === 'unknown')
    throw new AppError('change-refused', `${person.name} is known from this face only: forget ${person.name} instead`);
  const change = createChange(base);
  change.concerns(person.id);
  for (const { id } of leaving) change.removeFace(id);
  return { change, summary: `a ${face.role} of ${person.name} was removed` };
}
