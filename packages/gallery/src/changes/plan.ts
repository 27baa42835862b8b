import { AppError } from '@watchpost/shared/errors';
import type { ReferenceSettings } from '../decide/references.ts';
import { personStatus, type Head, type StoredPerson } from '../domain.ts';
import type { Mirror } from '../memory/mirror.ts';
import type { VectorsOf } from '../memory/vectors-of.ts';
import { nameKey, validName } from '../names.ts';
import type { GalleryStore, SightingStore } from '../store.ts';
import { createChange, type Change } from './change.ts';
import { withCounterparts } from './counterparts.ts';
import { absorb } from './plan-merge.ts';
import { resolvePerson, resolveTwo } from './resolve-person.ts';

/** What changes are planned from. */
export interface PlanDeps {
  mirror: Mirror;
  vectorsOf: VectorsOf;
  sightings: Pick<SightingStore, 'find' | 'crop' | 'ofPersons'>;
  store: Pick<GalleryStore, 'crop'>;
  references: ReferenceSettings;
}

/** A change to be committed, with its summary for the audit. */
export interface Plan {
  change: Change;
  summary: string;
}

/**
 * Naming an unknown like a person without faces (an imported name) merges the two. Another spelling of the same name is a change, the
 * same spelling is not.
 */
export async function planName(
  deps: PlanDeps,
  base: Head,
  { person: reference, to, from }: { person: string; to: string; from?: string | undefined },
  signal: AbortSignal,
): Promise<Plan> {
  const { mirror } = deps;
  const person = resolvePerson(mirror, reference);
  if (from !== undefined && from !== person.name) throw new AppError('change-refused', `${from} was renamed "${person.name}" meanwhile`);
  const name = validName(to);
  if (name === person.name) throw new AppError('change-refused', `the person is called "${name}" already`);
  const [namesake, ...others] = mirror.called(name);
  const isFaceless = namesake && others.length === 0 && namesake.id !== person.id && mirror.facesOf(namesake.id).length === 0;
  if (isFaceless && personStatus(namesake) === 'named' && personStatus(person) === 'unknown') {
    const change = createChange(base);
    await absorb(deps, base, change, { absorbed: person, kept: namesake }, signal);
    return { change, summary: `${person.name} → ${namesake.name}` };
  }
  refuseTaken(mirror, name, person);
  return { change: changeOf(base, person, { name }), summary: `${person.name} → ${name}` };
}

export function planAlias(
  mirror: Mirror,
  base: Head,
  { person: reference, alias, remove = false }: { person: string; alias: string; remove?: boolean },
): Plan {
  const person = resolvePerson(mirror, reference);
  const name = validName(alias);
  const others = person.aliases.filter((known) => nameKey(known) !== nameKey(name));
  if (remove && others.length === person.aliases.length) throw new AppError('change-refused', `${person.name} has no alias "${name}"`);
  if (!remove) refuseTaken(mirror, name, person);
  if (!remove && (nameKey(name) === nameKey(person.name) || person.aliases.includes(name)))
    throw new AppError('change-refused', `"${name}" finds ${person.name} already`);
  const change = changeOf(base, person, { aliases: remove ? others : [...others, name] });
  return { change, summary: `${person.name}: alias ${name}${remove ? ' removed' : ''}` };
}

function changeOf(base: Head, person: StoredPerson, set: Parameters<Change['setPerson']>[1]): Change {
  const change = createChange(base);
  change.setPerson(person, set);
  return change;
}

function refuseTaken(mirror: Mirror, name: string, person: StoredPerson): void {
  const taken = mirror.called(name).find(({ id }) => id !== person.id);
  if (taken) throw new AppError('name-taken', `somebody is called "${taken.name}" already`);
}

/** These faces, and the sightings matched by them that no reader corrected, become a new unknown's: not the same person. */
export function planSplit(mirror: Mirror, base: Head, { person: reference, faceIds }: { person: string; faceIds: string[] }): Plan {
  const person = resolvePerson(mirror, reference);
  const wanted = new Set(faceIds);
  const ids = mirror.idsOf(person.id);
  const own = ids.flatMap((id) => mirror.facesOf(id)).filter(({ role }) => role === 'reference');
  const named = own.filter(({ id }) => wanted.has(id));
  if (named.length !== wanted.size || named.length === 0) throw new AppError('change-refused', `these are not all faces of ${person.name}`);
  const leaving = withCounterparts(own, wanted);
  if (leaving.length === own.length) throw new AppError('change-refused', `${person.name} would be left without a face`);
  const change = createChange(base);
  const unknown = change.createUnknown();
  for (const face of leaving) change.moveFace(face, unknown.id);
  const leavingIds = leaving.map(({ id }) => id);
  // Sightings keep the id that the person had then. The first one is where they return to.
  change.moveSightings(leavingIds, [person.id, ...ids.filter((id) => id !== person.id)], unknown.id);
  change.setPair(person.id, unknown.id, false);
  return { change, summary: `${named.length} of ${person.name}'s faces became ${unknown.name}` };
}

/** Somebody says that two persons are not the same. */
export function planDistinguish(mirror: Mirror, base: Head, { person, other }: { person: string; other: string }): Plan {
  const [one, two] = resolveTwo(mirror, person, other);
  if (mirror.notSame(one.id, two.id))
    throw new AppError('change-refused', `${one.name} and ${two.name} are known not to be the same already`);
  const change = createChange(base);
  change.setPair(one.id, two.id, false);
  for (const { id } of [one, two]) change.concerns(id);
  return { change, summary: `${one.name} is not ${two.name}` };
}

export function planIgnore(mirror: Mirror, base: Head, reference: string, ignored: boolean): Plan {
  const person = resolvePerson(mirror, reference);
  if (person.ignored === ignored) throw new AppError('change-refused', `${person.name} is ${ignored ? 'ignored already' : 'not ignored'}`);
  return { change: changeOf(base, person, { ignored }), summary: `${person.name} is ${ignored ? 'ignored' : 'no longer ignored'}` };
}
